import { describe, expect, test } from "vitest";
import { fcmAnswers } from "#shared/delivery/providers/fcm/core/answers.ts";
import { fcmCode } from "#shared/delivery/providers/fcm/core/refusal.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";

describe("FCM's answers", () => {
  const error = (status: string, ...details: object[]) => JSON.stringify({ error: { status, details } });
  const fcm = (errorCode: string) => ({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode });
  const fields = (field: string) => ({
    "@type": "type.googleapis.com/google.rpc.BadRequest",
    fieldViolations: [{ field }],
  });

  test.for<[string, number, string, string]>([
    ["a token that is gone", 404, error("NOT_FOUND", fcm("UNREGISTERED")), "UNREGISTERED"],
    ["a token that is none", 400, error("INVALID_ARGUMENT", fcm("INVALID_ARGUMENT")), "INVALID_ARGUMENT"],
    [
      "a token that is none, named",
      400,
      error("INVALID_ARGUMENT", fcm("INVALID_ARGUMENT"), fields("message.token")),
      "INVALID_ARGUMENT",
    ],
    ["another field", 400, error("INVALID_ARGUMENT", fcm("INVALID_ARGUMENT"), fields("message.data")), "BAD_REQUEST"],
    ["a field, before FCM saw it", 400, error("INVALID_ARGUMENT", fields("message.data")), "BAD_REQUEST"],
    ["no token and no field named", 400, error("INVALID_ARGUMENT"), "BAD_REQUEST"],
    ["an access token refused", 401, error("UNAUTHENTICATED"), "UNAUTHENTICATED"],
    [
      "APNs credentials refused",
      401,
      error("UNAUTHENTICATED", fcm("THIRD_PARTY_AUTH_ERROR")),
      "THIRD_PARTY_AUTH_ERROR",
    ],
    ["a proxy's page", 502, "<html>", "http_502"],
  ])("%s: %i is %4$s", ([, status, body, code]) => {
    expect(fcmCode(status, body)).toBe(code);
  });

  test("only what the token is guilty of forgets the token, and nothing suppresses a person", () => {
    const pruning = Object.keys(fcmAnswers).filter((code) => fcmAnswers[code]?.prune);
    expect(pruning).toEqual(["UNREGISTERED", "SENDER_ID_MISMATCH", "INVALID_ARGUMENT"]);
    expect(Object.values(fcmAnswers).filter(({ suppress }) => suppress)).toEqual([]);
    expect(rowOf(fcmAnswers, "http_502")).toMatchObject({ act: "retry", isOutage: true });
  });
});

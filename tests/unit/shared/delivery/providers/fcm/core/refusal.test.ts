import { describe, expect, test } from "vitest";
import { fcmAnswers } from "#shared/delivery/providers/fcm/core/answers.ts";
import { fcmCode } from "#shared/delivery/providers/fcm/core/refusal.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";

describe("FCM's answers [PSH-03]", () => {
  const error = (status: string, ...details: object[]) => JSON.stringify({ error: { status, details } });
  const fcm = (errorCode: string) => ({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode });
  const fields = (field: string) => ({
    "@type": "type.googleapis.com/google.rpc.BadRequest",
    fieldViolations: [{ field }],
  });

  const apns = (reason: string, statusCode = 400) => ({
    "@type": "type.googleapis.com/google.firebase.fcm.v1.ApnsError",
    statusCode,
    reason,
  });
  const argument = (...details: object[]) => error("INVALID_ARGUMENT", fcm("INVALID_ARGUMENT"), ...details);

  test.for<[string, number, string, string]>([
    ["a token that is gone", 404, error("NOT_FOUND", fcm("UNREGISTERED")), "UNREGISTERED"],
    [
      "a message that is too big, by FcmError only",
      400,
      error("INVALID_ARGUMENT", fcm("INVALID_ARGUMENT")),
      "BAD_REQUEST",
    ],
    ["a device of another app", 400, argument(apns("DeviceTokenNotForTopic")), "APNS_TOPIC"],
    ["a topic that is not ours", 400, argument(apns("TopicDisallowed")), "APNS_TOPIC"],
    ["a token that APNs does not know", 400, argument(apns("BadDeviceToken")), "INVALID_ARGUMENT"],
    ["a token that APNs has given up", 410, argument(apns("Unregistered", 410)), "INVALID_ARGUMENT"],
    ["a payload that APNs finds too big", 413, argument(apns("PayloadTooLarge", 413)), "APNS_REFUSED"],
    ["a collapse id that APNs finds too long", 400, argument(apns("BadCollapseId")), "APNS_REFUSED"],
    [
      "a token named beside another field",
      400,
      argument(fields("message.token"), fields("message.data")),
      "BAD_REQUEST",
    ],
    ["another project's tokens", 403, error("PERMISSION_DENIED", fcm("SENDER_ID_MISMATCH")), "SENDER_ID_MISMATCH"],
    ["a project that FCM does not know", 404, error("NOT_FOUND"), "NOT_FOUND"],
    ["an address where nothing is", 404, "<html>", "http_404"],
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
    expect(pruning).toEqual(["UNREGISTERED", "INVALID_ARGUMENT"]);
    expect(Object.values(fcmAnswers).filter(({ suppress }) => suppress)).toEqual([]);
    expect(rowOf(fcmAnswers, "http_502")).toMatchObject({ act: "retry", isOutage: true });
  });
});

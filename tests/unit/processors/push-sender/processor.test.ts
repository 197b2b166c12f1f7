import { describe, expect, test } from "vitest";
import { fcmAnswers } from "#processors/push-sender/core/answers.ts";
import { devicesMax, devicesOf } from "#processors/push-sender/core/devices.ts";
import { pushMessage } from "#processors/push-sender/core/payload.ts";
import { fcmCode } from "#processors/push-sender/core/refusal.ts";
import type { Token } from "#shared/contracts/records.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import type { Target } from "#shared/domain/delivery/target.ts";
import type { PushContent } from "#shared/domain/message/content.ts";
import { aSend, start } from "../../shared/delivery/sender-bench.ts";

function aToken(device_id: string, change: Partial<Token> = {}): Token {
  const base = {
    tenant_id: "default",
    user_id: "u1",
    device_id,
    platform: "IOS",
    token: `token-${device_id}`,
    locale: null,
  } as const;
  return { ...base, last_seen: start, invalid_attempts: 0, updated_at: start, ...change };
}

describe("a person's devices [PSH-02] [KV-01]", () => {
  test("are all written to, those seen last first", () => {
    const targets = devicesOf([
      aToken("a", { last_seen: 1 }),
      aToken("b", { last_seen: 3 }),
      aToken("c", { last_seen: 2 }),
    ]);
    expect((targets as readonly Target[]).map(({ deviceId }) => deviceId)).toEqual(["b", "c", "a"]);
  });

  test("that share a token get it once, under the device seen last", () => {
    const shared = [aToken("old", { token: "t", last_seen: 1 }), aToken("new", { token: "t", last_seen: 2 })];
    expect(devicesOf(shared)).toEqual([{ address: "t", deviceId: "new" }]);
  });

  test("beyond the bound are left out; none is no address", () => {
    const many = Array.from({ length: devicesMax + 5 }, (_, index) => aToken(`d${index}`, { last_seen: index }));
    expect(devicesOf(many)).toHaveLength(devicesMax);
    expect(devicesOf([])).toBe("none");
    expect(devicesOf([aToken("a", { token: "" })])).toBe("none");
  });
});

describe("the push message [PSH-03]", () => {
  const content: PushContent = {
    channel: "PUSH",
    title: "Hi",
    body: "There",
    data: { link: "/b/1", from: "x" },
    collapseKey: "booking-1",
  };

  test("carries words, collapse key and our ids, and nothing under a name of FCM's own", () => {
    const send = aSend();
    expect(pushMessage(send, content, "t")).toMatchObject({
      token: "t",
      notification: { title: "Hi", body: "There" },
      data: { link: "/b/1", msg_id: send.msg_id, tenant: "default" },
      android: { priority: "normal", collapseKey: "booking-1" },
      apns: { headers: { "apns-collapse-id": "booking-1" }, payload: { aps: { threadId: "booking-1" } } },
    });
    expect(pushMessage(send, content, "t").data).not.toHaveProperty("from");
  });

  test("is urgent where the message is critical", () => {
    const message = pushMessage(aSend({ critical: true }), { ...content, collapseKey: null }, "t");
    expect(message).toMatchObject({ android: { priority: "high" }, apns: { headers: { "apns-priority": "10" } } });
    expect(JSON.stringify(message)).not.toContain("collapse");
  });
});

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
    expect(rowOf(fcmAnswers, "http_502")).toMatchObject({ act: "retry", trouble: true });
  });
});

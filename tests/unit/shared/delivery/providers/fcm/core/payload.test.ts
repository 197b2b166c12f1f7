import { describe, expect, test } from "vitest";
import { pushMessage } from "#shared/delivery/providers/fcm/core/payload.ts";
import type { PushContent } from "#shared/domain/channel/push.ts";
import { aSend } from "../../../sender-bench.ts";

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

  test.each([
    ["booking-1", "booking-1"],
    [`booking-${"é".repeat(64)}`, `booking-${"é".repeat(28)}`],
    [`booking${"é".repeat(64)}`, `booking${"é".repeat(28)}`],
    ["\u{1f6ce}".repeat(17), "\u{1f6ce}".repeat(16)],
    [`x${"\u{1f6ce}".repeat(16)}`, `x${"\u{1f6ce}".repeat(15)}`],
    ["a".repeat(64), "a".repeat(64)],
    ["a".repeat(65), "a".repeat(64)],
  ])("a collapse id is cut to APNs' 64 bytes at a character's edge: %s", (collapseKey, expected) => {
    const headers = pushMessage(aSend(), { ...content, collapseKey }, "t").apns?.headers;
    expect(headers?.["apns-collapse-id"]).toBe(expected);
    expect(Buffer.byteLength(headers?.["apns-collapse-id"] ?? "")).toBeLessThanOrEqual(64);
  });

  test("is urgent where the message is critical", () => {
    const message = pushMessage(aSend({ critical: true }), { ...content, collapseKey: null }, "t");
    expect(message).toMatchObject({ android: { priority: "high" }, apns: { headers: { "apns-priority": "10" } } });
    expect(JSON.stringify(message)).not.toContain("collapse");
  });
});

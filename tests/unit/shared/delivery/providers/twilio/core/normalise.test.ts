import { describe, expect, it } from "vitest";
import { normaliseTwilio } from "#shared/delivery/providers/twilio/core/normalise.ts";
import type { ParsedWebhook } from "#shared/domain/feedback/parsed-webhook.ts";

const twilio = (form: Record<string, string>) =>
  normaliseTwilio(new URLSearchParams({ MessageSid: "SM1", To: "+15005550006", ...form }).toString(), "m-1");

describe("Twilio", () => {
  it.for<[Record<string, string>, string, string, string | undefined]>([
    [{ MessageStatus: "sent" }, "SENT", "sent", undefined],
    [{ MessageStatus: "delivered" }, "DELIVERED", "delivered", undefined],
    [{ MessageStatus: "delivered", ErrorCode: "0" }, "DELIVERED", "delivered", undefined],
    [{ SmsStatus: "delivered" }, "DELIVERED", "delivered", undefined],
    [{ MessageStatus: "undelivered", ErrorCode: "30003" }, "FAILED", "30003", undefined],
    [{ MessageStatus: "undelivered", ErrorCode: "30005" }, "FAILED", "30005", undefined],
    [{ MessageStatus: "failed", ErrorCode: "30034" }, "FAILED", "30034", undefined],
    [{ MessageStatus: "failed", ErrorCode: "21610" }, "FAILED", "21610", "stop"],
    [{ MessageStatus: "failed", ErrorCode: "21614" }, "BOUNCED", "21614", "hard_bounce"],
    [{ MessageStatus: "failed", ErrorCode: "0" }, "FAILED", "failed", undefined],
    [{ MessageStatus: "undelivered" }, "FAILED", "undelivered", undefined],
    [{ MessageStatus: "canceled" }, "CANCELLED", "canceled", undefined],
  ])("%o: %s", ([form, status, code, suppress]) => {
    const webhook = twilio(form) as ParsedWebhook;
    expect(webhook).toMatchObject({
      channel: "SMS",
      msgId: "m-1",
      providerRef: "SM1",
      reports: [{ status, code, address: "+15005550006" }],
    });
    expect([webhook.reports[0]?.suppress, webhook.unknown]).toEqual([suppress, undefined]);
  });
});

describe("Twilio, of a text that it had taken", () => {
  it.each<[string, object | undefined, string | undefined]>([
    ["30001", {}, undefined],
    ["30002", { tries: 32, baseMs: 900_000 }, "P0"],
    ["30003", { tries: 3, baseMs: 60_000 }, undefined],
    ["30004", undefined, undefined],
    ["30005", undefined, undefined],
    ["30006", undefined, undefined],
    ["30007", undefined, "P2"],
    ["30008", { tries: 2 }, undefined],
    ["30032", { tries: 32, baseMs: 900_000 }, "P0"],
    ["30034", { tries: 32, baseMs: 900_000 }, "P0"],
    ["30410", {}, undefined],
    ["21610", undefined, undefined],
  ])(
    "%s after acceptance promises what it promises at once, and blames nobody for our set-up [FBK-03]",
    (code, retry, alert) => {
      const webhook = twilio({ MessageStatus: "undelivered", ErrorCode: code }) as ParsedWebhook;
      expect(webhook.reports[0]?.retry).toEqual(retry);
      expect(webhook.reports[0]?.alert).toBe(alert);
    },
  );

  it("names the call by what our callback's address says: whom it was to, which attempt, until when", () => {
    const to = `v1:k1:${"a".repeat(64)}`;
    const query = new URLSearchParams({
      tenant: "acme",
      msg_id: "m-1",
      to,
      attempt: "2",
      lane: "bulk",
      expires: "1770000000000",
    });
    expect(normaliseTwilio("MessageStatus=sent&MessageSid=SM1", "m-1", query.toString())).toMatchObject({
      call: { addressHash: to, attempt: 2, lane: "BULK", expiresAt: 1_770_000_000_000 },
    });
    expect(normaliseTwilio("MessageStatus=sent&MessageSid=SM1", "m-1", "to=eve@example.com&attempt=-1")).toMatchObject({
      call: { addressHash: null, attempt: null, lane: "EXPRESS", expiresAt: null },
    });
  });
});

describe("Twilio, besides", () => {
  it.each(["accepted", "queued", "sending", "scheduled"])("%s says nothing new", (MessageStatus) => {
    expect(twilio({ MessageStatus })).toEqual({ kind: "nothing" });
  });

  it("suppresses nobody for a code that it does not know, and says so", () => {
    const webhook = twilio({ MessageStatus: "undelivered", ErrorCode: "39999" }) as ParsedWebhook;
    expect(webhook).toMatchObject({ unknown: "39999", reports: [{ status: "FAILED", code: "39999" }] });
    expect(webhook.reports[0]?.suppress).toBeUndefined();
    expect(twilio({ MessageStatus: "constructor" })).toEqual({ kind: "nothing", unknown: "constructor" });
  });

  it.each(["", "MessageSid=SM1", "MessageStatus=sent", "{}"])("cannot read '%s'", (body) => {
    expect(normaliseTwilio(body, null)).toMatchObject({ kind: "unreadable" });
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import type { ProviderContext } from "#shared/delivery/providers/provider.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
import { twilioProvider } from "#shared/delivery/providers/twilio/provider.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import { oddProvider } from "../../odd-provider.ts";
import { aSend, start } from "../../sender-bench.ts";

let provider: Awaited<ReturnType<typeof oddProvider>>;
beforeAll(async () => {
  provider = await oddProvider();
});
afterAll(() => provider.close());

const message: OutboundMessage = {
  send: aSend({ channel: "SMS" }),
  content: { channel: "SMS", text: "Your code is 123456" },
  target: { address: "+14155550123", deviceId: "" },
  addressHash: "h",
  now: start,
};

const through = (baseUrl: string) =>
  createTwilioAdapter({
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "a-token-of-the-sandbox",
    from: "+15005550006",
    baseUrl,
    callbackUrl: "https://gateway.example.com",
    deadlineMs: 5_000,
  }).send(message, AbortSignal.timeout(5_000));

const context: ProviderContext = {
  clock: { now: () => start },
  callDeadlineMs: 5_000,
  outbound: directOutbound,
  postgres: notAsked,
  gatewayUrl: () => "https://gateway.example.com",
  unsubscribeKeys: notAsked,
};

function notAsked(): never {
  throw new Error("Twilio needs none");
}

const withFrom = (from: string) =>
  twilioProvider.settings.read({
    COMMS_TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    COMMS_TWILIO_AUTH_TOKEN: "a-token-of-the-sandbox",
    COMMS_TWILIO_URL: provider.plain,
    COMMS_TWILIO_FROM: from,
  });

describe("what a text comes from", () => {
  const service = `MG${"0a".repeat(16)}`;

  test.each([
    ["a number", "+15005550006", { From: "+15005550006" }],
    ["a messaging service", service, { MessagingServiceSid: service }],
  ])("%s, by the name that Twilio has for it", async (_, from, sender) => {
    const read = withFrom(from);
    if (read.kind === "issues") throw new Error(read.issues.join());
    provider.says(201, '{"sid":"SM1"}');
    const { adapter } = await twilioProvider.open(read.config, context);
    expect(await adapter.send(message, AbortSignal.timeout(5_000))).toEqual({ kind: "accepted", ref: "SM1" });
    const { From, MessagingServiceSid } = Object.fromEntries(new URLSearchParams(provider.bodies[0]));
    expect({ From, MessagingServiceSid }).toEqual({ From: undefined, MessagingServiceSid: undefined, ...sender });
  });

  test.each(["15005550006", "+0", "MG1", `MG${"g".repeat(32)}`, "Carillon"])("%s is neither", (from) => {
    const issue = "COMMS_TWILIO_FROM: is neither a number in E.164 nor the SID of a messaging service";
    expect(withFrom(from)).toEqual({ kind: "issues", issues: [issue] });
  });
});

describe("Twilio's odd answers", () => {
  test("a TLS handshake that fails is a call never made", async () => {
    expect(await through(provider.secure)).toMatchObject({ kind: "unreached" });
  });

  test("a redirect is a refusal, and nobody follows it", async () => {
    provider.says(302, "");
    expect(await through(provider.plain)).toMatchObject({ kind: "refused", code: "http_302" });
    expect(provider.asked).toHaveLength(1);
  });

  test.each(["[]", "{}", '{"sid":"","status":"queued"}', '{"sid":7}', '{"status":"failed"}'])(
    "a 201 without a SID proves nothing (%j)",
    async (body) => {
      provider.says(201, body);
      expect(await through(provider.plain)).toEqual({ kind: "unknown", code: "UNREADABLE_ANSWER" });
    },
  );

  test("the callback names the call: whom it was to, which attempt, until when", async () => {
    provider.says(201, '{"sid":"SM1","status":"queued"}');
    await through(provider.plain);
    const callback = new URL(new URLSearchParams(provider.bodies[0]).get("StatusCallback") ?? "");
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ msg_id: aSend().msg_id, attempt: "1", to: "h" });
  });

  test.each(["", "<html>", "null"])("one that cannot be read (%j) leaves the call unknown", async (body) => {
    provider.says(201, body);
    expect(await through(provider.plain)).toEqual({ kind: "unknown", code: "UNREADABLE_ANSWER" });
  });
});

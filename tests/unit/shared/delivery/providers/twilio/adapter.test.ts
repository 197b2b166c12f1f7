import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
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

describe("Twilio's odd answers", () => {
  test("a TLS handshake that fails is a call never made", async () => {
    expect(await through(provider.secure)).toMatchObject({ kind: "unreached" });
  });

  test("a redirect is a refusal, and nobody follows it", async () => {
    provider.says(302, "");
    expect(await through(provider.plain)).toMatchObject({ kind: "refused", code: "http_302" });
    expect(provider.asked).toHaveLength(1);
  });

  test("one that has no id is taken, without a reference", async () => {
    provider.says(201, "[]");
    expect(await through(provider.plain)).toEqual({ kind: "accepted", ref: null });
  });

  test.each(["", "<html>", "null"])(
    "one that cannot be read (%j) rejects, which the sender takes for doubt",
    async (body) => {
      provider.says(201, body);
      await expect(through(provider.plain)).rejects.toBeInstanceOf(Error);
    },
  );
});

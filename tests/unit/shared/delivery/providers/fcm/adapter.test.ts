import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { createFcmAdapter } from "#shared/delivery/providers/fcm/adapter.ts";
import { fcmAnswers } from "#shared/delivery/providers/fcm/core/answers.ts";
import { oddProvider } from "../../odd-provider.ts";
import { aSend, start } from "../../sender-bench.ts";

let provider: Awaited<ReturnType<typeof oddProvider>>;
beforeAll(async () => {
  provider = await oddProvider();
});
afterAll(() => provider.close());

const message: OutboundMessage = {
  send: aSend({ channel: "PUSH" }),
  content: { channel: "PUSH", title: "Booked", body: "See you", data: {}, collapseKey: null },
  target: { address: "a-device-token", deviceId: "phone" },
  addressHash: "",
  now: start,
};
const key = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ type: "pkcs8", format: "pem" });

async function through(url: string, privateKey = key.toString()) {
  const account = { projectId: "p", clientEmail: "sender@project.example", privateKey };
  const adapter = createFcmAdapter({ account, baseUrl: url, tokenUrl: `${url}/token` });
  const answer = await adapter.send(message, AbortSignal.timeout(5_000));
  await adapter.close();
  return answer;
}

describe("an access token that cannot be had", () => {
  test.each(["", "<html>", "null", '{"access_token":5}', '{"access_token":"t"}'])(
    "as the answer is %j: refused before any message goes out, tried again, and looked at",
    async (body) => {
      provider.says(200, body);
      expect(await through(provider.plain)).toEqual({ kind: "refused", code: "TOKEN_UNREADABLE" });
      expect(provider.asked).toEqual(["/token"]);
      expect(fcmAnswers["TOKEN_UNREADABLE"]).toMatchObject({ act: "retry", alert: "P1" });
    },
  );

  test("as our own key is none: the same", async () => {
    expect(await through(provider.plain, "no key")).toEqual({ kind: "refused", code: "TOKEN_UNREADABLE" });
  });

  test("as the TLS handshake fails: a call never made", async () => {
    expect(await through(provider.secure)).toMatchObject({ kind: "unreached" });
  });
});

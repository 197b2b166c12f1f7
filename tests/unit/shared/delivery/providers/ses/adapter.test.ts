import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { oddProvider } from "../../odd-provider.ts";
import { aSend, emailContent, start } from "../../sender-bench.ts";

let provider: Awaited<ReturnType<typeof oddProvider>>;
beforeAll(async () => {
  provider = await oddProvider();
});
afterAll(() => provider.close());

const message: OutboundMessage = {
  send: aSend(),
  content: emailContent,
  target: { address: "ada@example.com", deviceId: "" },
  addressHash: "h",
  now: start,
};
const stream = {
  from: "Carillon <no-reply@notify.example.com>",
  domain: "notify.example.com",
  configurationSet: "comms-transactional",
};

async function through(endpoint: string) {
  const adapter = createSesAdapter({
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    mail: {
      streams: { transactional: stream, marketing: stream },
      unsubscribeUrl: "https://gateway.example.com",
      unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
    },
  });
  const answer = await adapter.send(message, AbortSignal.timeout(5_000));
  await adapter.close();
  return answer;
}

describe("SES's odd answers", () => {
  test("a TLS handshake that fails is a call never made", async () => {
    expect(await through(provider.secure)).toMatchObject({ kind: "unreached" });
  });

  test("one that cannot be read leaves the call unknown", async () => {
    provider.says(200, "<html>");
    expect(await through(provider.plain)).toEqual({ kind: "unknown", code: "UNREADABLE_ANSWER" });
  });

  test.each([302, 400])("a %i without a code is a refusal by its status", async (status) => {
    provider.says(status, "<html>");
    expect(await through(provider.plain)).toEqual({ kind: "refused", code: `http_${status}` });
  });
});

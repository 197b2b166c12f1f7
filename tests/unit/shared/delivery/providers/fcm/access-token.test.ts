import { generateKeyPairSync } from "node:crypto";
import { type Dispatcher, getGlobalDispatcher, MockAgent, setGlobalDispatcher } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessTokensOf } from "#shared/delivery/providers/fcm/access-token.ts";
import { start } from "../../sender-bench.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const account = {
  projectId: "p",
  clientEmail: "sender@project.example",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

let before: Dispatcher;
let network: MockAgent;
let asked: string[];

beforeEach(() => {
  before = getGlobalDispatcher();
  network = new MockAgent();
  network.disableNetConnect();
  setGlobalDispatcher(network);
  asked = [];
});
afterEach(async () => {
  setGlobalDispatcher(before);
  await network.close();
});

/** Google's endpoint, which nothing in a configuration names. */
function google(status: number, body: string, delayMs = 0): void {
  const scope = network
    .get("https://oauth2.googleapis.com")
    .intercept({ path: "/token", method: "POST" })
    .reply(status, ({ body: form }) => {
      asked.push(typeof form === "string" ? form : "");
      return body;
    });
  (delayMs > 0 ? scope.delay(delayMs) : scope).persist();
}

function tokens(now: () => number = () => start) {
  return accessTokensOf({ account }, now);
}

const granted = (token: string) => JSON.stringify({ access_token: token, expires_in: 3_600 });
const soon = () => AbortSignal.timeout(5_000);

describe("access tokens of Google's own endpoint", () => {
  test("are asked for by a grant that the service account signed for it, once, and kept", async () => {
    google(200, granted("t1"));
    const own = tokens();
    expect(await Promise.all([own.get(soon()), own.get(soon())])).toEqual([{ token: "t1" }, { token: "t1" }]);
    expect(await own.get(soon())).toEqual({ token: "t1" });
    expect(asked).toHaveLength(1);
    const form = new URLSearchParams(asked[0]);
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const claims = JSON.parse(Buffer.from(String(form.get("assertion")).split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ iss: account.clientEmail, aud: "https://oauth2.googleapis.com/token" });
  });

  test("are asked for again once one was refused, or is about to end", async () => {
    google(200, granted("t"));
    let now = start;
    const own = tokens(() => now);
    await own.get(soon());
    own.forget();
    await own.get(soon());
    expect(asked).toHaveLength(2);
    now += 3_540_000;
    await own.get(soon());
    expect(asked).toHaveLength(3);
  });

  test("do not come from an endpoint that stalls: the call was never made, and ends at its signal", async () => {
    google(200, granted("t"), 60_000);
    const failed = await tokens().get(AbortSignal.timeout(50));
    expect(failed).toEqual({ failed: { kind: "unreached", code: "DEADLINE" } });
  });

  test.each([
    [503, { kind: "refused", code: "http_503" }],
    [429, { kind: "refused", code: "http_429" }],
    [400, { kind: "refused", code: "TOKEN_REFUSED" }],
    [401, { kind: "refused", code: "TOKEN_REFUSED" }],
    [403, { kind: "refused", code: "TOKEN_REFUSED" }],
  ])("do not come with a %i", async (status, failed) => {
    google(status, "{}");
    expect(await tokens().get(soon())).toEqual({ failed });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { type ClientCredentials, createTokenSource } from "#shared/platform/http/client-credentials.ts";
import { createOutbound, directOutbound } from "#shared/platform/http/outbound.ts";
import { createTlsSource } from "#shared/platform/tls/tls-source.ts";
import { createSelfSigned } from "#simulator/self-signed.ts";
import { startConnectProxy } from "#tests/support/connect-proxy.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { says, startTokenEndpoint, type TokenEndpoint } from "#tests/support/token-endpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "tokens-"));
const ca = join(folder, "ca.pem");
const [clientId, secret] = ["comms router", "s3:cret/%"];
let pair: Awaited<ReturnType<typeof createSelfSigned>>;
let endpoint: TokenEndpoint;
let clock: ManualClock;
let granted = 0;

const grant = (change: object = {}) => says(200, { access_token: `t${++granted}`, expires_in: 600, ...change });

beforeAll(async () => {
  pair = await createSelfSigned(Date.now(), { name: "tokens", ip: "127.0.0.1" });
});
beforeEach(async () => {
  granted = 0;
  clock = createManualClock();
  writeFileSync(ca, pair.certificate);
  endpoint = await startTokenEndpoint({ cert: pair.certificate, key: pair.key }, (response) => grant()(response));
});
afterEach(() => endpoint.close());
afterAll(() => rmSync(folder, { recursive: true }));

function tokensOf(change: Partial<ClientCredentials> = {}, deadlineMs = 5_000) {
  const client: ClientCredentials = {
    url: endpoint.url,
    clientId,
    secret: () => secret,
    tls: createTlsSource({ ca: { setting: "COMMS_KAFKA_TOKEN_CA_FILE", path: ca } }),
    outbound: directOutbound,
    peer: { code: "KAFKA_TOKEN", name: "the token endpoint", caSetting: "COMMS_KAFKA_TOKEN_CA_FILE", settings: "ALL" },
    ...change,
  };
  return createTokenSource(client, { clock, random: () => 0.5, deadlineMs });
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe("the grant of client credentials", () => {
  test("asks with the client's name and secret, each encoded, and with the scope", async () => {
    expect(await tokensOf({ scope: "kafka" }).get()).toBe("t1");
    const login = Buffer.from("comms+router:s3%3Acret%2F%25").toString("base64");
    const form = { grant_type: "client_credentials", scope: "kafka" };
    expect(endpoint.requests).toEqual([{ authorization: `Basic ${login}`, form }]);
  });

  test("leaves out a scope that is not set", async () => {
    await tokensOf().get();
    expect(endpoint.requests[0]?.form).toEqual({ grant_type: "client_credentials" });
  });

  test("goes through the proxy that is set", async () => {
    const proxy = await startConnectProxy();
    const read = proxySettings.read({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    if (read.kind === "issues") throw new Error(read.issues.join());
    proxy.mode = 503;
    const url = endpoint.url.replace("127.0.0.1", "tokens.test");
    const error = await failureOf(tokensOf({ url, outbound: createOutbound(read.config) }).get());
    expect(error).toMatchObject({ code: "KAFKA_TOKEN_UNAVAILABLE", message: expect.stringContaining("The proxy 127") });
    expect(proxy.connects).toEqual([`tokens.test:${endpoint.port}`]);
    await proxy.close();
  });
});

describe("a token that was granted", () => {
  test.each([
    ["a long one, until a fifth of its life is left", 600, 479, 481],
    ["one of a minute, until the half of it is left", 60, 29, 31],
    ["one of two minutes, until 30 s are left", 120, 89, 91],
  ])("is kept: %s", async (_, expires_in, ...[before, after]) => {
    endpoint.answer = (response) => grant({ expires_in })(response);
    const tokens = tokensOf();
    expect(await Promise.all([tokens.get(), tokens.get(), tokens.get()])).toEqual(["t1", "t1", "t1"]);
    await clock.advance(before * 1_000);
    expect(await tokens.get()).toBe("t1");
    await clock.advance((after - before) * 1_000);
    expect(await tokens.get()).toBe("t2");
    expect(endpoint.requests).toHaveLength(2);
  });

  test("ends when it says itself that it does, if that is earlier", async () => {
    const exp = clock.now() / 1_000 + 60;
    const access_token = ["{}", JSON.stringify({ exp }), ""]
      .map((part) => Buffer.from(part).toString("base64url"))
      .join(".");
    endpoint.answer = says(200, { access_token, expires_in: 6_000 });
    const tokens = tokensOf();
    await tokens.get();
    await clock.advance(31_000);
    await tokens.get();
    expect(endpoint.requests).toHaveLength(2);
  });

  test("is not kept if nobody says how long it lasts", async () => {
    endpoint.answer = (response) => grant({ expires_in: undefined })(response);
    const tokens = tokensOf();
    expect([await tokens.get(), await tokens.get()]).toEqual(["t1", "t2"]);
  });

  test("is dropped if the brokers refuse it, unless it has just been granted", async () => {
    const tokens = tokensOf();
    await tokens.get();
    tokens.forget();
    expect(await tokens.get()).toBe("t1");
    await clock.advance(5_000);
    tokens.forget();
    expect(await tokens.get()).toBe("t2");
  });
});

describe("an endpoint that grants nothing", () => {
  const expired = ["{}", '{"exp":1}', ""].map((part) => Buffer.from(part).toString("base64url")).join(".");

  test.each<[string, TokenEndpoint["answer"], string, string]>([
    ["is in trouble", says(503, "<html>"), "UNAVAILABLE", "answers 503"],
    ["has too much to do", says(429, {}), "UNAVAILABLE", "answers 429"],
    [
      "does not know the client",
      says(401, { error: "invalid_client" }),
      "REFUSED",
      "answers 401 invalid_client: check",
    ],
    ["echoes what it was asked", says(400, { error: `No: ${secret}` }), "REFUSED", "answers 400: check"],
    ["is elsewhere", says(404, "not here"), "REFUSED", "answers 404: check ALL"],
    ["leads elsewhere", says(302, ""), "REFUSED", "answers 302"],
    ["answers with a page", says(200, "<html>welcome</html>"), "UNREADABLE", "no grant"],
    ["answers without a token", says(200, { expires_in: 600 }), "UNREADABLE", "no grant"],
    ["grants another kind", says(200, { access_token: "t", token_type: "mac" }), "UNREADABLE", "no grant"],
    ["grants what has ended", says(200, { access_token: "t", expires_in: 0 }), "EXPIRED", "compare the clocks"],
    ["grants what ended in 1970", says(200, { access_token: expired }), "EXPIRED", "compare the clocks"],
    ["floods", says(200, "a".repeat(100_000)), "UNAVAILABLE", "(UND_ERR_RES_EXCEEDED_MAX_SIZE)"],
    ["closes", (response) => response.destroy(), "UNAVAILABLE", "is not reached"],
    ["hangs", () => {}, "UNAVAILABLE", "in time"],
  ])("%s: a code, a sentence, and no secret", async (...[what, answer, code, sentence]) => {
    endpoint.answer = answer;
    const error = await failureOf(tokensOf({}, what === "hangs" ? 200 : 5_000).get());
    const message = expect.stringMatching(/^The token endpoint /);
    expect(error).toMatchObject({ code: `KAFKA_TOKEN_${code}`, message, retryable: true });
    expect(error?.message).toContain(sentence);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/s3|cret|Basic/);
  });
});

describe("an endpoint that is away for a time", () => {
  test("is told from one that refuses", async () => {
    await endpoint.close();
    const error = await failureOf(tokensOf().get());
    expect(error).toMatchObject({ code: "KAFKA_TOKEN_UNAVAILABLE", message: expect.stringContaining("ECONNREFUSED") });
  });

  test("is not asked again at once, and what follows is well once it grants", async () => {
    endpoint.answer = says(503, "");
    const tokens = tokensOf();
    // Waits of half the bound, as chance has it here: 250, 500, then 1,000 ms.
    for (const waitMs of [250, 500, 1_000]) {
      await expect(tokens.get()).rejects.toMatchObject({ code: "KAFKA_TOKEN_UNAVAILABLE" });
      const asked = endpoint.requests.length;
      await clock.advance(waitMs - 1);
      await expect(tokens.get()).rejects.toMatchObject({ code: "KAFKA_TOKEN_UNAVAILABLE" });
      expect(endpoint.requests).toHaveLength(asked);
      await clock.advance(1);
    }
    endpoint.answer = (response) => grant()(response);
    expect(await tokens.get()).toBe("t1");
    expect(endpoint.requests).toHaveLength(4);
  });

  test("is not felt while the old token has not ended", async () => {
    const tokens = tokensOf();
    await tokens.get();
    endpoint.answer = says(503, "");
    await clock.advance(598_000);
    expect([await tokens.get(), await tokens.get()]).toEqual(["t1", "t1"]);
    expect(endpoint.requests).toHaveLength(2);
    await clock.advance(1_000);
    await expect(tokens.get()).rejects.toMatchObject({ code: "KAFKA_TOKEN_UNAVAILABLE" });
  });

  test("a secret and an authority are taken as they are at each request", async () => {
    const other = await createSelfSigned(Date.now(), { name: "other" });
    writeFileSync(ca, other.certificate);
    let now = "old";
    const tokens = tokensOf({ secret: () => now });
    await expect(tokens.get()).rejects.toMatchObject({
      code: "KAFKA_TOKEN_CA_UNKNOWN",
      message: expect.stringContaining("COMMS_KAFKA_TOKEN_CA_FILE"),
    });
    rmSync(ca);
    await clock.advance(4_000);
    await expect(tokens.get()).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
    writeFileSync(ca, pair.certificate);
    now = "new";
    await clock.advance(4_000);
    expect(await tokens.get()).toBe("t1");
    const login = Buffer.from("comms+router:new").toString("base64");
    expect(endpoint.requests.map(({ authorization }) => authorization)).toEqual([`Basic ${login}`]);
  });
});

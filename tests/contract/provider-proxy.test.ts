import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import { credentialsUnavailable } from "#shared/delivery/providers/ses/core/answers.ts";
import { createCertificates } from "#shared/delivery/providers/ses/sns/certificates.ts";
import { createConfirmSubscription } from "#shared/delivery/providers/ses/sns/confirm.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { createOutbound, type Outbound } from "#shared/platform/http/outbound.ts";
import { callDeadlineMs } from "#shared/state/ledger/ledger.ts";
import { createSelfSigned } from "#simulator/self-signed.ts";
import { type ConnectProxy, startConnectProxy } from "#tests/support/connect-proxy.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { emailTo, pushTo, simulated, textTo, within } from "./sender-simulator.ts";

/** Of three parts: the SDK of Twilio makes them of another. */
const host = "api.provider.test";
const secret = "p@ss/word";
const login = `comms:${secret}`;
const trusted = getCACertificates("default");
let world: Awaited<ReturnType<typeof simulated>>;
let secureFront: Server;
let proxy: ConnectProxy;
/** The simulator under a name that the proxy alone can find, by scheme. */
let at: Readonly<Record<string, string>>;

beforeAll(async () => {
  world = await simulated();
  const { certificate, key } = await createSelfSigned(Date.now(), { name: host });
  setDefaultCACertificates([...trusted, certificate]);
  const port = Number(new URL(world.simulator.url).port);
  secureFront = createTlsServer({ cert: certificate, key }, (socket) => {
    const behind = connect(port, "127.0.0.1");
    for (const one of [socket, behind]) one.on("error", () => one.destroy());
    socket.pipe(behind).pipe(socket);
  });
  await new Promise<void>((resolve) => void secureFront.listen(0, "127.0.0.1", resolve));
  const address = secureFront.address();
  const securePort = typeof address === "object" && address !== null ? address.port : 0;
  at = { http: `http://${host}:${port}`, https: `https://${host}:${securePort}` };
});
beforeEach(async () => {
  proxy = await startConnectProxy({ login });
  await world.control.reset();
});
afterEach(() => proxy.close());
afterAll(async () => {
  setDefaultCACertificates(trusted);
  secureFront.close();
  await world.close();
});

/** The way out of a process whose environment names the proxy. */
function through(credentials = `comms:${encodeURIComponent(secret)}`, change: Readonly<Record<string, string>> = {}) {
  const url = `http://${credentials}@127.0.0.1:${proxy.port}`;
  const read = proxySettings.read({ HTTPS_PROXY: url, HTTP_PROXY: url, ...change });
  if (read.kind === "issues") throw new Error(read.issues.join());
  return createOutbound(read.config);
}

const providers = {
  SES: { message: () => emailTo("ada@example.com"), open: (url: string, by: Outbound) => world.ses(url, by) },
  FCM: { message: () => pushTo("token-1"), open: (url: string, by: Outbound) => world.fcm(url, by) },
  Twilio: { message: () => textTo("+14155550123"), open: (url: string, by: Outbound) => world.twilio(url, by) },
} as const;
type ProviderName = keyof typeof providers;
const names = Object.keys(providers) as ProviderName[];

async function send(name: ProviderName, url: string, { by = through(), signal = within(callDeadlineMs) } = {}) {
  const adapter = providers[name].open(url, by);
  try {
    return await adapter.send(providers[name].message(), signal);
  } finally {
    void adapter.close();
  }
}

/** Messages that the simulator took; a token is none. */
async function taken(): Promise<number> {
  const entries = await world.control.ledger();
  return entries.filter(({ operation }) => operation !== "token").length;
}

describe.each(["http", "https"])("a provider at an %s address, by a proxy with a password", (scheme) => {
  test.each(names)("%s is reached by CONNECT, and by nothing else", async (name) => {
    const url = at[scheme] ?? "";
    expect(await send(name, url)).toMatchObject({ kind: "accepted" });
    expect(await taken()).toBe(1);
    // FCM's token comes by a connection of its own.
    expect(proxy.connects).toEqual(Array(name === "FCM" ? 2 : 1).fill(new URL(url).host));
    expect(proxy.others).toEqual([]);
  });

  test.each([
    ["asks for another password", 200, "comms:no", { kind: "refused", code: "PROXY_AUTHENTICATION" }],
    ["does not let it through", 403, undefined, { kind: "refused", code: "PROXY_REFUSED" }],
    ["is in trouble", 503, undefined, { kind: "unreached", code: "PROXY_UNAVAILABLE" }],
    ["ends the connection", "drop", undefined, { kind: "unreached", code: "PROXY_UNREACHABLE" }],
    ["hangs", "hang", undefined, { kind: "unreached", code: "PROXY_TIMEOUT" }],
  ] as const)("a proxy that %s has sent nothing, and the answer says so", async (...[, mode, credentials, answer]) => {
    proxy.mode = mode === 200 ? "open" : mode;
    const answers = await Promise.all(names.map((name) => send(name, at[scheme] ?? "", { by: through(credentials) })));
    expect(answers).toEqual([answer, answer, answer]);
    expect(proxy.connects).toHaveLength(3);
    expect(await taken()).toBe(0);
    expect(inspect(answers, { depth: 9 })).not.toContain("word");
  });

  test.each(names)("%s: where the proxy takes the request and keeps the answer, the call is in doubt", async (name) => {
    const adapter = providers[name].open(at[scheme] ?? "", through());
    // By now there are a token and a tunnel with its handshake done.
    expect(await adapter.send(providers[name].message(), within(callDeadlineMs))).toMatchObject({ kind: "accepted" });
    expect(await taken()).toBe(1);
    const tunnels = proxy.connects.length;
    proxy.mode = "mute";
    const stop = new AbortController();
    const answer = adapter.send(providers[name].message(), stop.signal);
    await eventually(async () => (await taken()) === 2, "the simulator to have the message", 5_000);
    stop.abort();
    expect(await answer).toEqual({ kind: "unknown", code: "DEADLINE" });
    expect(proxy.connects).toHaveLength(tunnels);
    void adapter.close();
  });

  test.each(names)("%s is called directly where NO_PROXY names it", async (name) => {
    const by = through(undefined, { NO_PROXY: `other.test, ${host}` });
    const answer = await send(name, at[scheme] ?? "", { by });
    expect(answer).toMatchObject({ kind: "unreached", code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
    expect(proxy.connects).toEqual([]);
  });
});

test("a tunnel that opens and passes nothing on: the handshake fails, and nothing was sent", async () => {
  proxy.mode = "swallow";
  const answers = await Promise.all(names.map((name) => send(name, at["https"] ?? "")));
  expect(answers.map(({ kind }) => kind)).toEqual(["unreached", "unreached", "unreached"]);
});

test("the credentials of a web identity are asked of AWS through the proxy too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  writeFileSync(join(folder, "token"), "an.identity.token");
  vi.stubEnv("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/comms");
  vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", join(folder, "token"));
  proxy.mode = 403;
  const adapter = createSesAdapter({ region: "us-east-1", mail: world.mail, outbound: through() });
  const answer = await adapter.send(providers.SES.message(), within(callDeadlineMs));
  expect(answer).toMatchObject({ kind: "refused", code: credentialsUnavailable });
  expect(new Set(proxy.connects)).toEqual(new Set(["sts.us-east-1.amazonaws.com:443"]));
  await adapter.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("this machine is called directly, whatever is set", async () => {
  const answers = await Promise.all(names.map((name) => send(name, world.simulator.url)));
  expect(answers.map(({ kind }) => kind)).toEqual(["accepted", "accepted", "accepted"]);
  expect(proxy.connects).toEqual([]);
});

describe("what a webhook of SNS makes the gateway fetch", () => {
  const topic = "arn:aws:sns:us-east-1:000000000000:feedback";

  test("comes through the proxy: the certificate, and the confirmation of a subscription", async () => {
    const parts = { origin: `${at["https"]}/sns`, dispatcher: through().dispatcher() };
    const certificates = createCertificates({ clock: systemClock, ...parts });
    const url = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem";
    expect(await certificates.keyOf(url)).toBeUndefined();
    await expect(createConfirmSubscription(parts)(topic, "t")).rejects.toMatchObject({ code: "SNS_UNAVAILABLE" });
    expect(new Set(proxy.connects)).toEqual(new Set([new URL(at["https"] ?? "").host]));
  });

  test("a proxy that refuses is the cause of SNS_UNAVAILABLE, and its password stays out of it", async () => {
    const dispatcher = through("comms:no-secret").dispatcher();
    const keyOf = createCertificates({ clock: systemClock, origin: at["https"], dispatcher }).keyOf("https://a.test/b");
    const error = await keyOf.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SNS_UNAVAILABLE", cause: { code: "PROXY_AUTHENTICATION" } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/no-secret|bm8tc2VjcmV0/);
  });
});

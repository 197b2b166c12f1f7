import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { createSesAdapter, type SesOptions } from "#shared/delivery/providers/ses/adapter.ts";
import { sesSettings } from "#shared/delivery/providers/ses/config.ts";
import { sesAnswers } from "#shared/delivery/providers/ses/core/answers.ts";
import { sesProvider } from "#shared/delivery/providers/ses/provider.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
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

const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" };

async function through(
  endpoint: string,
  access: Partial<SesOptions> = { credentials: key },
  { ms = 5_000, outbound = message } = {},
) {
  const adapter = createSesAdapter({
    region: "us-east-1",
    endpoint,
    ...access,
    mail: {
      streams: { transactional: stream, marketing: stream },
      unsubscribeUrl: "https://gateway.example.com",
      unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
    },
  });
  const answer = await adapter.send(outbound, AbortSignal.timeout(ms));
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

  test.each(["", "{}", '{"MessageId":""}', '{"MessageId":null}'])(
    "a 200 without an id proves nothing (%j)",
    async (body) => {
      provider.says(200, body);
      expect(await through(provider.plain)).toEqual({ kind: "unknown", code: "UNREADABLE_ANSWER" });
    },
  );

  test.each([
    [404, "NotFoundException", "Configuration set <comms-transactional> does not exist.", "NotFound"],
    [400, "MailFromDomainNotVerifiedException", "Mail From domain is not verified.", "MailFromDomainNotVerified"],
    [400, "MessageRejected", "Email address is not verified. The following identities failed", "IdentityNotVerified"],
    [404, "UnknownOperationException", "", "UnknownOperation"],
  ])("what the account's set-up is guilty of halts it: %i %s", async (...[status, __type, said, code]) => {
    provider.says(status, JSON.stringify({ __type, message: said }));
    expect(await through(provider.plain)).toMatchObject({ kind: "refused", code });
    expect(rowOf(sesAnswers, code)).toMatchObject({ act: "halt", alert: "P0" });
  });

  test("a MessageRejected for its content is the mail's own", async () => {
    provider.says(400, JSON.stringify({ __type: "MessageRejected", message: "Transaction failed: bad content" }));
    expect(await through(provider.plain)).toMatchObject({ kind: "refused", code: "MessageRejected" });
  });

  test("a local part outside ASCII is refused before any call: SES takes no SMTPUTF8", async () => {
    provider.says(200, '{"MessageId":"m"}');
    const target = { address: "josé@example.com", deviceId: "" };
    expect(await through(provider.plain, { credentials: key }, { outbound: { ...message, target } })).toEqual({
      kind: "refused",
      code: "INVALID_LOCAL_PART",
    });
    expect(provider.asked).toEqual([]);
    expect(rowOf(sesAnswers, "INVALID_LOCAL_PART").suppress).toBeUndefined();
  });

  test.each(['{"__type":"RequestExpired"}', '{"__type":"MissingAuthenticationToken"}', "<html>no entry</html>"])(
    "any 403 halts the account: all mail waits (%j)",
    async (body) => {
      provider.says(403, body);
      expect(await through(provider.plain)).toMatchObject({ kind: "refused", code: "http_403" });
      expect(rowOf(sesAnswers, "http_403")).toMatchObject({ act: "halt", alert: "P0" });
    },
  );

  test.each(["", "{}", "<html>"])("a redirect is no answer of SES: all mail waits (%j)", async (body) => {
    provider.says(302, body);
    expect(await through(provider.plain)).toMatchObject({ kind: "refused", code: "http_302" });
    expect(rowOf(sesAnswers, "http_302")).toMatchObject({ act: "halt", alert: "P0" });
  });

  test.each([302, 400])("a %i without a code is a refusal by its status", async (status) => {
    provider.says(status, "<html>");
    expect(await through(provider.plain)).toEqual({ kind: "refused", code: `http_${status}` });
  });
});

/** A server that takes every mail, and keeps the headers that came with it. */
async function taken(
  send: (url: string) => Promise<unknown>,
): Promise<{ answer: unknown; headers: IncomingHttpHeaders }> {
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    ({ headers } = request);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ MessageId: "m-1" }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await send(`http://127.0.0.1:${port}`);
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
  return { answer, headers };
}

/** As a sender sends: from settings. */
async function configured(url: string): Promise<unknown> {
  const read = sesSettings.read({
    COMMS_SES_ENDPOINT: url,
    COMMS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
    COMMS_SES_SECRET_ACCESS_KEY: "x",
    COMMS_SES_SESSION_TOKEN: "session-of-an-hour",
    COMMS_MAIL_DOMAIN: "notify.example.com",
    COMMS_MARKETING_DOMAIN: "updates.example.com",
  });
  if (read.kind === "issues") throw new Error(read.issues.join());
  const { adapter } = await sesProvider.open(read.config, {
    clock: { now: () => start },
    callDeadlineMs: 5_000,
    outbound: directOutbound,
    postgres: () => {
      throw new Error("SES needs no database");
    },
    gatewayUrl: () => "https://gateway.example.com",
    unsubscribeKeys: () => ({ current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } }),
  });
  const answer = await adapter.send(message, AbortSignal.timeout(5_000));
  await adapter.close();
  return answer;
}

/** An environment in which the SDK's chain finds what it is given, and nothing of this machine. */
function chainFinds(found: Readonly<Record<string, string>>): void {
  const files = { AWS_SHARED_CREDENTIALS_FILE: "/no/such/file", AWS_CONFIG_FILE: "/no/such/file" };
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_SESSION_TOKEN: undefined };
  const metadata = {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PROFILE: undefined,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  };
  for (const [name, value] of Object.entries({ ...none, ...files, ...metadata, ...found })) vi.stubEnv(name, value);
}

describe("the credentials of SES", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("a session token goes along with its key", async () => {
    const { answer, headers } = await taken(configured);
    expect(answer).toEqual({ kind: "accepted", ref: "m-1" });
    expect(headers["x-amz-security-token"]).toBe("session-of-an-hour");
    expect(headers.authorization).toContain("Credential=AKIDEXAMPLE/");
  });

  test("without a key of ours the SDK's chain finds one", async () => {
    chainFinds({ AWS_ACCESS_KEY_ID: "AKIDCHAIN", AWS_SECRET_ACCESS_KEY: "y", AWS_SESSION_TOKEN: "of-the-chain" });
    const { answer, headers } = await taken((url) => through(url, {}));
    expect(answer).toEqual({ kind: "accepted", ref: "m-1" });
    expect(headers.authorization).toContain("Credential=AKIDCHAIN/");
    expect(headers["x-amz-security-token"]).toBe("of-the-chain");
  });

  test("a key of ours goes before the chain's", async () => {
    chainFinds({ AWS_ACCESS_KEY_ID: "AKIDCHAIN", AWS_SECRET_ACCESS_KEY: "y", AWS_SESSION_TOKEN: "of-the-chain" });
    const { headers } = await taken((url) => through(url, { credentials: key }));
    expect(headers.authorization).toContain("Credential=AKIDEXAMPLE/");
    expect(headers["x-amz-security-token"]).toBeUndefined();
  });

  test("a chain that finds none has sent nothing, and all mail waits", async () => {
    chainFinds({});
    const { answer, headers } = await taken((url) => through(url, {}));
    expect(answer).toEqual({ kind: "refused", code: "CREDENTIALS_UNAVAILABLE" });
    expect(headers).toEqual({});
    expect(sesAnswers).toMatchObject({ CREDENTIALS_UNAVAILABLE: { act: "halt", alert: "P0" } });
  });

  test("a chain that hangs has sent nothing by the call's deadline", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    chainFinds({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/credentials` });
    provider.says(200, "{}");
    const answer = await through(provider.plain, {}, { ms: 200 });
    expect(answer).toEqual({ kind: "unreached", code: "CREDENTIALS_DEADLINE" });
    expect(provider.asked).toEqual([]);
    silent.closeAllConnections();
    await new Promise((resolve) => void silent.close(resolve));
  });
});

describe("the settings of SES", () => {
  const least = { COMMS_MAIL_DOMAIN: "notify.example.com", COMMS_MARKETING_DOMAIN: "updates.example.com" };
  const id = { COMMS_SES_ACCESS_KEY_ID: "canary" };
  const secret = { COMMS_SES_SECRET_ACCESS_KEY: "canary" };
  const session = { COMMS_SES_SESSION_TOKEN: "canary" };

  test.each([
    ["two domains are enough", {}, []],
    ["a key", { ...id, ...secret }, []],
    ["a key of a session", { ...id, ...secret, ...session }, []],
    ["a key without its secret", id, ["COMMS_SES_SECRET_ACCESS_KEY"]],
    ["a secret without its key", secret, ["COMMS_SES_ACCESS_KEY_ID"]],
    ["a session of no key", session, ["COMMS_SES_ACCESS_KEY_ID", "COMMS_SES_SECRET_ACCESS_KEY"]],
    [
      "no domain of ours stands in for theirs",
      { COMMS_MAIL_DOMAIN: "", COMMS_MARKETING_DOMAIN: "" },
      Object.keys(least),
    ],
  ])("%s", (_, change, names) => {
    const read = sesSettings.read({ ...least, ...change });
    const issues = read.kind === "issues" ? read.issues : [];
    expect(issues.map((issue) => issue.split(":")[0])).toEqual(names);
    expect(issues.join()).not.toContain("canary");
  });
});

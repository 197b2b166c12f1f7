import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { SESv2Client, SendEmailCommand, type SendEmailRequest } from "@aws-sdk/client-sesv2";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { openSesCall, type SesCall } from "#shared/delivery/providers/ses/call.ts";

interface Says {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const taken: Says = { status: 200, body: '{"MessageId":"m-1"}' };
const script: Says[] = [];
/** The key and the moment that each request was signed by. */
const signed: { readonly key: string | undefined; readonly at: number }[] = [];
const server = createServer((request, response) => {
  request.resume();
  const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
  const date = String(request.headers["x-amz-date"]);
  signed.push({ key, at: Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z")) });
  const { status, headers, body } = script.shift() ?? taken;
  if (headers && "date" in headers) response.sendDate = false;
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
});
let endpoint = "";

beforeAll(async () => {
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  vi.unstubAllEnvs();
  script.length = 0;
  signed.length = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => void server.close(done));
});

const request: SendEmailRequest = { Content: { Simple: { Subject: { Data: "a" }, Body: { Text: { Data: "b" } } } } };
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" };
const send = (call: SesCall) => call.send(request, AbortSignal.timeout(5_000));

/** The clock of a test stands still, on a full second. */
const now = Date.UTC(2026, 0, 5, 12);
const dateAt = (offsetMs: number) => ({ date: new Date(now + offsetMs).toUTCString() });
const skewed = (offsetMs: number, headers = {}): Says => ({
  status: 403,
  headers: { ...dateAt(offsetMs), ...headers },
  body: '{"__type":"InvalidSignatureException"}',
});
const minutes = 60_000;

describe("a clock that is wrong", () => {
  test.each([
    ["ahead of the server's", -10 * minutes],
    ["behind it", 10 * minutes],
    ["off by four minutes, where five are taken", 4 * minutes],
  ])("%s: the refusal stands, and what comes after it is signed by the server's", async (_, offset) => {
    script.push(skewed(offset));
    const call = openSesCall({ region: "us-east-1", endpoint, credentials }, { now: () => now });
    expect(await send(call)).toEqual({ kind: "refused", code: "InvalidSignature" });
    expect(await send(call)).toEqual({ kind: "accepted", ref: "m-1" });
    await call.close();
    expect(signed.map(({ at }) => at - now)).toEqual([0, offset]);
  });

  test("is told by a success as well, and put right again when ours is", async () => {
    script.push({ ...taken, headers: dateAt(10 * minutes) }, { ...taken, headers: dateAt(0) });
    const call = openSesCall({ region: "us-east-1", endpoint, credentials }, { now: () => now });
    for (let time = 0; time < 3; time++) await send(call);
    await call.close();
    expect(signed.map(({ at }) => at - now)).toEqual([0, 10 * minutes, 0]);
  });

  test.each([
    ["of less than SES minds", skewed(4 * minutes - 1_000)],
    ["of a cache's answer", skewed(10 * minutes, { age: "600" })],
    ["that cannot be read", skewed(0, { date: "yesterday" })],
  ])("is not corrected by a difference %s", async (_, answer) => {
    script.push(answer, { ...taken, headers: dateAt(0) });
    const call = openSesCall({ region: "us-east-1", endpoint, credentials }, { now: () => now });
    await send(call);
    await send(call);
    await call.close();
    expect(signed.map(({ at }) => at)).toEqual([now, now]);
  });

  test("is corrected as the SDK corrects it", async () => {
    const inAnHour = { date: new Date(Date.now() + 60 * minutes).toUTCString() };
    const answer: Says = { status: 403, headers: inAnHour, body: '{"__type":"InvalidSignatureException"}' };
    const client = new SESv2Client({ region: "us-east-1", endpoint, credentials, maxAttempts: 1 });
    const call = openSesCall({ region: "us-east-1", endpoint, credentials }, { now: Date.now });
    script.push(answer);
    await client.send(new SendEmailCommand(request)).catch(() => {});
    await client.send(new SendEmailCommand(request)).catch(() => {});
    script.push(answer);
    await send(call);
    await send(call);
    client.destroy();
    await call.close();
    const [, bySdk = 0, , byCall = 0] = signed.map(({ at }) => at - Date.now());
    // The two are signed within the moments that this test takes, and dates are in full seconds.
    for (const offset of [bySdk, byCall]) expect(Math.round(offset / minutes)).toBe(60);
  });
});

describe("a token that has expired", () => {
  const expired: Says = { status: 403, body: '{"__type":"ExpiredTokenException"}' };

  /** An environment in which the SDK's chain finds this key, and nothing of this machine. */
  function chainFinds(key: string): void {
    const files = { AWS_SHARED_CREDENTIALS_FILE: "/no/such/file", AWS_CONFIG_FILE: "/no/such/file" };
    const found = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: "y", AWS_PROFILE: undefined };
    for (const [name, value] of Object.entries({ ...files, ...found })) vi.stubEnv(name, value);
  }

  test("is refused, and the chain is asked again before the next call, and not before others", async () => {
    chainFinds("AKIDFIRST");
    const call = openSesCall({ region: "us-east-1", endpoint }, { now: Date.now });
    await send(call);
    chainFinds("AKIDSECOND");
    await send(call);
    script.push(expired);
    expect(await send(call)).toEqual({ kind: "refused", code: "ExpiredToken" });
    expect(await send(call)).toEqual({ kind: "accepted", ref: "m-1" });
    chainFinds("AKIDTHIRD");
    await send(call);
    await call.close();
    expect(signed.map(({ key }) => key)).toEqual(["AKIDFIRST", "AKIDFIRST", "AKIDFIRST", "AKIDSECOND", "AKIDSECOND"]);
  });

  test("is asked for until the chain has another", async () => {
    chainFinds("AKIDFIRST");
    const call = openSesCall({ region: "us-east-1", endpoint }, { now: Date.now });
    script.push(expired);
    await send(call);
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    expect(await send(call)).toEqual({ kind: "refused", code: "CREDENTIALS_UNAVAILABLE" });
    chainFinds("AKIDSECOND");
    expect(await send(call)).toEqual({ kind: "accepted", ref: "m-1" });
    await call.close();
    expect(signed.map(({ key }) => key)).toEqual(["AKIDFIRST", "AKIDSECOND"]);
  });
});

test("a server that speaks no HTTP leaves the call unknown", async () => {
  const greeter = createTcpServer((socket) =>
    socket.on("error", () => {}).once("data", () => socket.write("220 ESMTP\r\n")),
  );
  await new Promise<void>((done) => void greeter.listen(0, "127.0.0.1", done));
  const { port } = greeter.address() as AddressInfo;
  const call = openSesCall(
    { region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials },
    { now: Date.now },
  );
  expect(await send(call)).toEqual({ kind: "unknown", code: "UNREADABLE_ANSWER" });
  await call.close();
  await new Promise((done) => void greeter.close(done));
});

describe("what is not made again for each mail", () => {
  test("a connection that is open: the next mail may begin in the moment in which the last one frees its own", async () => {
    let connections = 0;
    const count = () => (connections += 1);
    server.on("connection", count);
    const call = openSesCall({ region: "us-east-1", endpoint, credentials }, { now: Date.now });
    for (let time = 0; time < 20; time++) await send(call);
    await call.close();
    server.off("connection", count);
    expect(connections).toBeLessThanOrEqual(2);
  });

  test("and no more connections than were allowed", async () => {
    let connections = 0;
    const count = () => (connections += 1);
    server.on("connection", count);
    const call = openSesCall({ region: "us-east-1", endpoint, credentials, connections: 3 }, { now: Date.now });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(call)));
    await call.close();
    server.off("connection", count);
    expect(answers.filter(({ kind }) => kind === "accepted")).toHaveLength(20);
    expect(connections).toBe(3);
  });
});

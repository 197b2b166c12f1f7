import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  GetAccountCommand,
  SESv2Client,
  SESv2ServiceException,
  SendEmailCommand,
  type SendEmailRequest,
} from "@aws-sdk/client-sesv2";
import { Dispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openSesCall, type SesCall } from "#shared/delivery/providers/ses/call.ts";
import type { SesAccess } from "#shared/delivery/providers/ses/client.ts";
import { sesAnswers } from "#shared/delivery/providers/ses/core/answers.ts";
import { codeOfAnswer } from "#shared/domain/delivery/answer.ts";

/** A request as it stood on the wire. */
interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Says {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const taken: Says = { status: 200, body: '{"MessageId":"m-1"}' };
let says = taken;
const captured: Captured[] = [];
const server = createServer((request, response) => void take(request, response));
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url: path = "", headers } = request;
  captured.push({ method, path, headers, body: await text(request) });
  response.writeHead(says.status, { "content-type": "application/json", ...says.headers }).end(says.body);
}
let url = "";

beforeAll(async () => {
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => void server.close(done));
});

const key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
/** In the order in which the SDK writes the fields, so that bytes can be compared. */
const simple: SendEmailRequest = {
  Content: {
    Simple: {
      Subject: { Data: "Your stay", Charset: "UTF-8" },
      Body: {
        Text: { Data: "Grüße\n", Charset: "UTF-8" },
        Html: { Data: '<p>"Grüße" \u2028 \u0001</p>', Charset: "UTF-8" },
      },
      Headers: [{ Name: "List-Unsubscribe", Value: "<https://gateway.example.com/unsubscribe/v1.k1.a>" }],
    },
  },
  FromEmailAddress: "Carillon <no-reply@notify.example.com>",
  Destination: { ToAddresses: ["ada@example.com"] },
  EmailTags: [{ Name: "msg_id", Value: "m" }],
  ConfigurationSetName: "comms-transactional",
};
const raw: SendEmailRequest = { ...simple, Content: { Raw: { Data: Buffer.from("Subject: ü\r\n\r\n\u0000ÿ") } } };

/** What both clients send for a request, at the same moment. */
async function bySdk(access: SesAccess, request: SendEmailRequest): Promise<Captured> {
  const client = new SESv2Client({ ...access, maxAttempts: 1 });
  await client.send(new SendEmailCommand(request)).catch(() => {});
  client.destroy();
  return captured.splice(0).at(-1) as Captured;
}

async function byCall(access: SesAccess, request: SendEmailRequest, at = Date.now()): Promise<Captured> {
  const call = openSesCall(access, { now: () => at });
  await call.send(request, AbortSignal.timeout(5_000));
  await call.close();
  return captured.splice(0).at(-1) as Captured;
}

function sha256(data: string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The signature of a request by the specification of AWS Signature Version 4, apart from any code of the SDK. */
function signatureOf({ method, path, headers, body }: Captured, signedHeaders: string): string {
  const date = String(headers["x-amz-date"]);
  const scope = [date.slice(0, 8), "us-east-1", "ses", "aws4_request"];
  const lines = signedHeaders
    .split(";")
    .map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, " ")}`);
  const uri = path.split("/").map(encodeURIComponent).join("/");
  const canonical = [method, uri, "", ...lines, "", signedHeaders, sha256(body)].join("\n");
  const secret = scope.reduce<string | Buffer>(
    (secretKey, part) => createHmac("sha256", secretKey).update(part).digest(),
    `AWS4${key.secretAccessKey}`,
  );
  const toSign = ["AWS4-HMAC-SHA256", date, scope.join("/"), sha256(canonical)].join("\n");
  return createHmac("sha256", secret).update(toSign).digest("hex");
}

function authorisation({ headers }: Captured) {
  const form = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/;
  const [, credential = "", signedHeaders = "", signature = ""] = form.exec(headers.authorization ?? "") ?? [];
  return { credential, signedHeaders, signature };
}

/** The headers that both must have; the SDK's others say only which SDK it is. */
const sameHeaders = [
  "host",
  "content-type",
  "content-length",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
];
const pick = ({ headers }: Captured) => Object.fromEntries(sameHeaders.map((name) => [name, headers[name]]));
const momentOf = ({ headers }: Captured) =>
  Date.parse(String(headers["x-amz-date"]).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

describe.each([
  ["a mail of parts", simple],
  ["a raw mail", raw],
])("%s on the wire, against the SDK as the oracle", (_, request) => {
  test.each([
    ["a key", key, ""],
    ["a key of a session", { ...key, sessionToken: "session-of-an-hour" }, ""],
    ["an endpoint below a path", key, "/ses"],
    ["an endpoint with a path to escape", key, "/a b/~ses"],
  ])(
    "with %s: method, path, headers and body are the same, and both signatures hold",
    async (...[, credentials, below]) => {
      const access = { region: "us-east-1", endpoint: `${url}${below}`, credentials };
      const oracle = await bySdk(access, request);
      const ours = await byCall(access, request, momentOf(oracle));
      expect([ours.method, ours.path]).toEqual([oracle.method, oracle.path]);
      expect(ours.body).toBe(oracle.body);
      expect(pick(ours)).toEqual(pick(oracle));
      const [theirs, own] = [authorisation(oracle), authorisation(ours)];
      expect(own.credential).toBe(theirs.credential);
      expect(own.signedHeaders.split(";")).toEqual(expect.arrayContaining(["content-type", "host", "x-amz-date"]));
      expect(theirs.signature).toBe(signatureOf(oracle, theirs.signedHeaders));
      expect(own.signature).toBe(signatureOf(ours, own.signedHeaders));
      expect(own.signature).not.toBe(signatureOf({ ...ours, body: `${ours.body} ` }, own.signedHeaders));
    },
  );
});

const refusals: readonly Says[] = [
  { status: 400, body: '{"message":"No","__type":"BadRequestException"}' },
  { status: 400, body: '{"message":"No","__type":"com.amazonaws.sesv2#BadRequestException"}' },
  { status: 400, body: '{"message":"No","code":"BadRequestException:http://internal.amazon.com/"}' },
  { status: 400, body: '{"Message":"No","Code":"LimitExceededException"}' },
  { status: 400, body: "", headers: { "x-amzn-errortype": "AccountSuspendedException" } },
  { status: 400, body: '{"message":"No"}', headers: { "x-amzn-errortype": "SendingPausedException:http://x/" } },
  { status: 400, body: '{"__type":"BadRequestException"}', headers: { "x-amzn-errortype": "MessageRejected" } },
  { status: 400, body: '{"message":"Something new","__type":"SomethingNewException"}' },
  { status: 404, body: '{"__type":"NotFoundException"}' },
  { status: 404, body: '{"__type":"SomethingNew"}' },
  { status: 429, body: '{"__type":"TooManyRequestsException"}' },
  { status: 403, body: '{"__type":"SignatureDoesNotMatchException"}' },
  { status: 403, body: '{"__type":"ExpiredTokenException"}' },
  { status: 403, body: '{"__type":"BadRequestException"}' },
  { status: 500, body: '{"__type":"InternalServiceErrorException"}' },
  { status: 503, body: '{"__type":"SomethingNew"}' },
  { status: 503, body: "" },
];

describe("an error on the wire, against the SDK as the oracle", () => {
  test.each(refusals)("$status $body $headers is the exception that the SDK reads", async (refusal) => {
    says = refusal;
    const access = { region: "us-east-1", endpoint: url, credentials: key };
    const client = new SESv2Client({ ...access, maxAttempts: 1 });
    const error: unknown = await client.send(new GetAccountCommand({})).catch((reason: unknown) => reason);
    client.destroy();
    const call: SesCall = openSesCall(access, { now: Date.now });
    const answer = await call.send(simple, AbortSignal.timeout(5_000));
    await call.close();
    says = taken;
    if (!(error instanceof SESv2ServiceException)) throw new Error(`The SDK reads no exception: ${String(error)}`);
    const name = error.name.replace(/Exception$/, "");
    // Where an answer names nothing the SDK says Unknown; the status says more.
    const own = name === "Unknown" ? undefined : name;
    expect(answer).toEqual({ kind: "refused", code: codeOfAnswer(sesAnswers, own, refusal.status) });
  });
});

/** Lets no request out, and keeps where it should have gone. */
class Unreachable extends Dispatcher {
  readonly origins: unknown[] = [];

  override dispatch({ origin }: Dispatcher.DispatchOptions): boolean {
    this.origins.push(origin);
    throw Object.assign(new Error("No such host"), { code: "ENOTFOUND", syscall: "getaddrinfo" });
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(_callback?: () => void): Promise<void> {
    return Promise.resolve();
  }
}

describe("where SES is, by the SDK's rules", () => {
  test.each([
    ["us-east-1", {}, "email.us-east-1.amazonaws.com"],
    ["cn-north-1", {}, "email.cn-north-1.amazonaws.com.cn"],
    ["us-gov-west-1", { AWS_USE_FIPS_ENDPOINT: "true" }, "email-fips.us-gov-west-1.amazonaws.com"],
  ])("%s %j", async (region, env, host) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const dispatcher = new Unreachable();
    const call = openSesCall({ region, credentials: key }, { now: Date.now, dispatcher });
    const answer = await call.send(simple, AbortSignal.timeout(5_000));
    await call.close();
    vi.unstubAllEnvs();
    expect(answer).toEqual({ kind: "unreached", code: "ENOTFOUND" });
    expect(dispatcher.origins).toEqual([`https://${host}`]);
  });
});

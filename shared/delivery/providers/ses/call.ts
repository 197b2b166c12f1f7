import { GetAccountCommand, type SESv2Client, type SendEmailRequest } from "@aws-sdk/client-sesv2";
import type { Dispatcher } from "undici";
import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { fieldsOf, parseJson, textOf } from "#shared/domain/json/readers.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import { boundedText } from "../../bounded-answer.ts";
import { answerWithoutResponse, createSesClient, credentialRefusal, type SesAccess } from "./client.ts";
import { sesErrorCode } from "./core/refusal.ts";
import { openSesDispatcher } from "./dispatcher.ts";

/** What requests to SES are made with. */
export interface SesCallParts {
  readonly now: () => Instant;
  /** Default: one of this process's own, which `close` closes too. */
  readonly dispatcher?: Dispatcher;
}

/** SES's SendEmail. */
export interface SesCall {
  /** One request, without retries. Credentials come first: while there are none, nothing of the mail goes out. */
  send(request: SendEmailRequest, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

type SignerOf = SESv2Client["config"]["signer"];
type Scheme = Parameters<SignerOf>[0];
type EndpointV2 = ReturnType<SESv2Client["config"]["endpointProvider"]>;

/** Where SES is, and what signs requests to it; both as the SDK resolves them. */
interface Service {
  readonly url: URL;
  readonly signer: Awaited<ReturnType<SignerOf>>;
}

/** How far a server's clock may be from the one that requests are signed by. SES takes five minutes. */
const skewMsMax = 240_000;
const path = "/v2/email/outbound-emails";

/**
 * SendEmail over undici: through the SDK a mail costs several times as much. Its credentials, its endpoint and its signature
 * are the SDK's own, and `tests/contract/ses-wire.test.ts` compares the two on the wire.
 */
export function openSesCall(access: SesAccess, parts: SesCallParts): SesCall {
  const { now, dispatcher = dispatcherOf(access) } = parts;
  const client = createSesClient(access);
  let service: Promise<Service> | undefined;
  let isExpired = false;

  async function post(body: Buffer, signal: AbortSignal): Promise<Answer> {
    service ??= serviceOf(client);
    const { url, signer } = await service.catch((error: unknown) => {
      service = undefined;
      throw error;
    });
    const request = requestTo(url, body);
    const { headers } = await signer.sign(request, { signingDate: new Date(now() + client.config.systemClockOffset) });
    const options = { origin: url.origin, path: request.path, method: "POST", headers, body, signal } as const;
    const response = await dispatcher.request(options);
    const text = await boundedText(response.body);
    client.config.systemClockOffset = offsetAfter(response, { now: now(), offset: client.config.systemClockOffset });
    return answerIn(response, text);
  }

  return {
    async send(request, signal) {
      const refusal = await credentialRefusal(client, { signal, fresh: isExpired });
      if (refusal) return refusal;
      isExpired = false;
      try {
        const answer = await post(bodyOf(request), signal);
        if (answer.kind === "refused" && answer.code === "ExpiredToken") isExpired = true;
        return answer;
      } catch (error) {
        const answer = answerWithoutResponse(error);
        if (!answer) throw error;
        return answer;
      }
    },
    async close() {
      client.destroy();
      await dispatcher.close();
    },
  };
}

function dispatcherOf({ connections = 256, outbound = directOutbound }: SesAccess): Dispatcher {
  return openSesDispatcher(connections, outbound);
}

/** Lets the SDK resolve an endpoint, by all of its rules and settings, for a command that goes no further. */
async function serviceOf(client: SESv2Client): Promise<Service> {
  const command = new GetAccountCommand({});
  let endpoint: EndpointV2 | undefined;
  command.middlewareStack.add(
    (_next, context) => async () => {
      endpoint = context.endpointV2;
      return { response: undefined, output: { $metadata: {} } };
    },
    { step: "build" },
  );
  await client.send(command);
  if (!endpoint) throw new TypeError("The SDK has resolved no endpoint of SES");
  const [scheme] = (endpoint.properties?.["authSchemes"] ?? []) as readonly Scheme[];
  return { url: endpoint.url, signer: await client.config.signer(scheme) };
}

function requestTo(url: URL, body: Buffer) {
  const { hostname, port, protocol, host, pathname } = url;
  return {
    method: "POST",
    protocol,
    hostname,
    ...(port && { port: Number(port) }),
    path: `${pathname.replace(/\/$/, "")}${path}`,
    query: {},
    headers: { host, "content-type": "application/json" },
    body,
  };
}

/** The request in JSON, as restJson1 has it: only the bytes of a raw mail have another form there, base64. */
function bodyOf(request: SendEmailRequest): Buffer {
  const raw = request.Content?.Raw?.Data;
  if (!raw) return Buffer.from(JSON.stringify(request));
  const data = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("base64");
  return Buffer.from(JSON.stringify({ ...request, Content: { Raw: { Data: data } } }));
}

function answerIn({ statusCode, headers }: Dispatcher.ResponseData, text: string): Answer {
  if (statusCode < 300) {
    // A 2xx without an id is not SES's: a proxy's page, or nothing at all.
    const ref = textOf(fieldsOf(parseJson(text))["MessageId"]);
    return ref ? { kind: "accepted", ref } : { kind: "unknown", code: unreadableAnswer };
  }
  const errorType = single(headers["x-amzn-errortype"]);
  return { kind: "refused", code: sesErrorCode({ status: statusCode, errorType, text }) };
}

/** The offset of our clock, ms, by the `Date` of an answer. One out of a cache (`Age`) tells nothing of the server's clock. */
function offsetAfter(
  { headers }: Dispatcher.ResponseData,
  { now, offset }: { readonly now: Instant; readonly offset: number },
): number {
  if (headers["age"] !== undefined) return offset;
  const server = Date.parse(single(headers["date"]) ?? "");
  return Math.abs(server - (now + offset)) >= skewMsMax ? server - now : offset;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

import { Readable } from "node:stream";
import { GetAccountCommand, SESv2Client, SESv2ServiceException, type SendEmailCommand } from "@aws-sdk/client-sesv2";
import { type Answer, codeOfAnswer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { untilAborted } from "#shared/platform/clock/until-aborted.ts";
import { directOutbound, type Outbound } from "#shared/platform/http/outbound.ts";
import { boundedBody } from "../../bounded-answer.ts";
import { networkAnswer } from "../../network.ts";
import { credentialsUnavailable, identityNotVerified, sesAnswers } from "./core/answers.ts";

/** How an account with SES is reached. */
export interface SesAccess {
  readonly region: string;
  /** Left out: AWS. The simulator: `http://host:port/ses`. */
  readonly endpoint?: string;
  /** Left out: the SDK's own chain (environment, profile, web identity, container, instance). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Connections kept open. Default 256: a call that waits for one has its deadline running. */
  readonly connections?: number;
  /** Default: directly. */
  readonly outbound?: Outbound;
}

/** SES v2 through its SDK, which makes one attempt: one retry engine is enough. */
export function createSesClient({ region, endpoint, credentials, connections, outbound }: SesAccess): SESv2Client {
  const pool = { keepAlive: true, maxSockets: connections ?? 256 };
  const client = new SESv2Client({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, ...(outbound ?? directOutbound).agents(pool) },
    ...(credentials && { credentials }),
    ...(endpoint && { endpoint }),
  });
  // Next to the wire: the SDK reads a body to its end, whatever its length.
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: unknown };
      if (response.body instanceof Readable) response.body = boundedBody(response.body);
      return result;
    },
    { step: "deserialize", priority: "low", name: "boundedBody" },
  );
  return client;
}

/** Sends one mail. Credentials come first: while the SDK has none, nothing of the mail goes out. */
export async function sendBySes(client: SESv2Client, command: SendEmailCommand, signal: AbortSignal): Promise<Answer> {
  const refusal = await credentialRefusal(client, signal);
  if (refusal) return refusal;
  try {
    const { MessageId } = await client.send(command, { abortSignal: signal });
    // A 2xx without it is not SES's: a proxy's page, or nothing at all.
    return MessageId ? { kind: "accepted", ref: MessageId } : { kind: "unknown", code: unreadableAnswer };
  } catch (error) {
    return answerOf(error);
  }
}

/** Whether the account may send, in the words of an answer to a mail. */
export async function askSesAccount(client: SESv2Client, signal: AbortSignal): Promise<Answer> {
  const refusal = await credentialRefusal(client, signal);
  if (refusal) return refusal;
  try {
    const { SendingEnabled } = await client.send(new GetAccountCommand({}), { abortSignal: signal });
    if (SendingEnabled === false) return { kind: "refused", code: "SendingPaused" };
    return SendingEnabled ? { kind: "accepted", ref: null } : { kind: "unknown", code: unreadableAnswer };
  } catch (error) {
    return answerOf(error);
  }
}

/**
 * The answer of a call for which no credentials could be had. The SDK keeps them until shortly before they expire, so this
 * waits for the chain now and then only. The chain takes no signal.
 */
async function credentialRefusal(client: SESv2Client, signal: AbortSignal): Promise<Answer | undefined> {
  const late: Answer = { kind: "unreached", code: "CREDENTIALS_DEADLINE" };
  const refusal = (): Promise<Answer | undefined> =>
    client.config.credentials().then(
      () => undefined,
      (): Answer => ({ kind: "refused", code: credentialsUnavailable }),
    );
  return untilAborted(refusal, signal, late);
}

/** An answer that came is a refusal; one that came and cannot be read leaves the call unknown. */
function answerOf(error: unknown): Answer {
  // Between the look above and the signature the credentials may have expired: nothing went out then either.
  if (error instanceof Error && error.name === "CredentialsProviderError")
    return { kind: "refused", code: credentialsUnavailable };
  const network = networkAnswer(error);
  if (network) return network;
  const status = statusOf(error);
  if (status === undefined) throw error;
  if (status < 300) return { kind: "unknown", code: unreadableAnswer };
  return { kind: "refused", code: codeOfAnswer(sesAnswers, nameOf(error), status) };
}

/** The exception's name. A MessageRejected has two meanings, which its message alone tells apart. */
function nameOf(error: unknown): string | undefined {
  if (!(error instanceof SESv2ServiceException)) return undefined;
  const name = error.name.replace(/Exception$/, "");
  return name === "MessageRejected" && /not verified/i.test(error.message) ? identityNotVerified : name;
}

function statusOf(error: unknown): number | undefined {
  const found = error as { $metadata?: { httpStatusCode?: number }; $response?: { statusCode?: number } };
  return found.$metadata?.httpStatusCode ?? found.$response?.statusCode;
}

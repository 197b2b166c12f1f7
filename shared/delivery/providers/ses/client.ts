import { Readable } from "node:stream";
import { GetAccountCommand, SESv2Client, SESv2ServiceException } from "@aws-sdk/client-sesv2";
import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { untilAborted } from "#shared/platform/clock/until-aborted.ts";
import { directOutbound, type Outbound } from "#shared/platform/http/outbound.ts";
import { boundedBody } from "../../bounded-answer.ts";
import { networkAnswer } from "../../network.ts";
import { credentialsUnavailable } from "./core/answers.ts";
import { sesCodeOf } from "./core/refusal.ts";
import { NodeSha256 } from "./node-sha256.ts";

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
  /** Connections kept open for mail. Default 256: a call that waits for one has its deadline running. */
  readonly connections?: number;
  /** Default: directly. */
  readonly outbound?: Outbound;
}

/**
 * The SDK of SES v2: what is asked of an account, and the credentials, the endpoint and the signature of mail, which `call.ts`
 * sends. One attempt: one retry engine is enough.
 */
export function createSesClient({ region, endpoint, credentials, outbound = directOutbound }: SesAccess): SESv2Client {
  const client = new SESv2Client({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, ...outbound.agents({ keepAlive: true }) },
    sha256: NodeSha256,
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

/** Whether the account may send, in the words of an answer to a mail. */
export async function askSesAccount(client: SESv2Client, signal: AbortSignal): Promise<Answer> {
  const refusal = await credentialRefusal(client, { signal });
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
 * waits for the chain now and then only, or with `fresh`, which asks the chain again. The chain takes no signal.
 */
export async function credentialRefusal(
  { config }: SESv2Client,
  { signal, fresh = false }: { readonly signal: AbortSignal; readonly fresh?: boolean },
): Promise<Answer | undefined> {
  const late: Answer = { kind: "unreached", code: "CREDENTIALS_DEADLINE" };
  const refusal = (): Promise<Answer | undefined> =>
    config.credentials({ forceRefresh: fresh }).then(
      () => undefined,
      (): Answer => ({ kind: "refused", code: credentialsUnavailable }),
    );
  return untilAborted(refusal, signal, late);
}

/**
 * The answer that an error of a call amounts to, where the error is one of credentials or of the network. Between the look for
 * credentials and the signature they may have expired: nothing went out then either.
 */
export function answerWithoutResponse(error: unknown): Answer | undefined {
  if (error instanceof Error && error.name === "CredentialsProviderError")
    return { kind: "refused", code: credentialsUnavailable };
  return networkAnswer(error);
}

/** An answer that came is a refusal; one that came and cannot be read leaves the call unknown. */
function answerOf(error: unknown): Answer {
  const answer = answerWithoutResponse(error);
  if (answer) return answer;
  const status = statusOf(error);
  if (status === undefined) throw error;
  if (status < 300) return { kind: "unknown", code: unreadableAnswer };
  const { name, message } = error instanceof SESv2ServiceException ? error : { name: undefined, message: "" };
  return { kind: "refused", code: sesCodeOf({ name, message, status }) };
}

function statusOf(error: unknown): number | undefined {
  const found = error as { $metadata?: { httpStatusCode?: number }; $response?: { statusCode?: number } };
  return found.$metadata?.httpStatusCode ?? found.$response?.statusCode;
}

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { SESv2Client, SESv2ServiceException, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { composeMail, type MailOptions, mailStreamOf } from "#shared/delivery/email/mime.ts";
import { networkAnswer } from "#shared/delivery/network.ts";
import { type Answer, codeOfAnswer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { sesAnswers } from "../core/answers.ts";

export interface SesOptions {
  readonly region: string;
  /** Left out: AWS. The simulator: `http://host:port/ses`. */
  readonly endpoint?: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly mail: MailOptions;
  /** Connections kept open. Default 256: a call that waits for one has its deadline running. */
  readonly connections?: number;
}

/** SES v2 through its SDK, which makes one attempt: one retry engine is enough. */
export function createSesAdapter(options: SesOptions): ChannelAdapter {
  const pool = { keepAlive: true, maxSockets: options.connections ?? 256 };
  const client = new SESv2Client({
    region: options.region,
    credentials: options.credentials,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, httpAgent: new HttpAgent(pool), httpsAgent: new HttpsAgent(pool) },
    ...(options.endpoint ? { endpoint: options.endpoint } : {}),
  });

  return {
    provider: "ses",
    answers: sesAnswers,
    send: async (message, signal) => {
      const command = await commandOf(message, options.mail);
      try {
        const { MessageId } = await client.send(command, { abortSignal: signal });
        return { kind: "accepted", ref: MessageId ?? null };
      } catch (error) {
        return answerOf(error);
      }
    },
    close: async () => client.destroy(),
  };
}

async function commandOf(message: OutboundMessage, mail: MailOptions): Promise<SendEmailCommand> {
  const { send, target, content } = message;
  if (content.channel !== "EMAIL") throw new TypeError(`Message ${send.msg_id} has ${content.channel} content`);
  const stream = mailStreamOf(message, mail);
  return new SendEmailCommand({
    FromEmailAddress: stream.from,
    Destination: { ToAddresses: [target.address] },
    Content: { Raw: { Data: await composeMail(message, content, mail) } },
    ConfigurationSetName: stream.configurationSet,
    EmailTags: [
      { Name: "msg_id", Value: send.msg_id },
      { Name: "template", Value: tagValue(send.template_name) },
      { Name: "tenant", Value: tagValue(send.tenant_id) },
    ],
  });
}

/** SES takes letters, digits, `_`, `-`, `.` and `@` in a tag. */
function tagValue(text: string): string {
  return text.replace(/[^\w.@-]/g, "_").slice(0, 256) || "_";
}

/** An answer that came is a refusal; one that came and cannot be read leaves the call unknown. */
function answerOf(error: unknown): Answer {
  const network = networkAnswer(error);
  if (network) return network;
  const status = statusOf(error);
  if (status === undefined) throw error;
  if (status < 300) return { kind: "unknown", code: unreadableAnswer };
  const name = error instanceof SESv2ServiceException ? error.name.replace(/Exception$/, "") : undefined;
  return { kind: "refused", code: codeOfAnswer(sesAnswers, name, status) };
}

function statusOf(error: unknown): number | undefined {
  const found = error as { $metadata?: { httpStatusCode?: number }; $response?: { statusCode?: number } };
  return found.$metadata?.httpStatusCode ?? found.$response?.statusCode;
}

import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { decodeWords } from "postal-mime";
import type { CallHandler, ReceivedCall } from "../call-handler.ts";
import type { CallbackQueue } from "../callbacks/callback-queue.ts";
import { type Call, type CallVerdict, json } from "../core/call.ts";
import { headerOf } from "../core/mail.ts";
import { createRecent, type Recent } from "../core/recent.ts";
import { respond } from "../respond.ts";
import { msgIdOf, problemOf } from "./check.ts";
import { sesCommands } from "./commands.ts";
import { refuseSes, sesError } from "./errors.ts";
import { eventsOf, type SentMail } from "./events.ts";
import { createHourlyCount, type HourlyCount } from "./hourly-count.ts";
import { headersAsDelivered } from "./own-headers.ts";
import { publish, type SesPublisherParts } from "./publisher.ts";
import { type Mail, readMail } from "./request.ts";

export interface SesParts {
  readonly handler: CallHandler;
  readonly callbacks: CallbackQueue;
  readonly account: { readonly accountId: string; readonly region: string };
  readonly publishing: SesPublisherParts;
}

const noBody = new Uint8Array();
const mailsMax = 2_000;

interface Sent {
  readonly count: HourlyCount;
  /** The latest mails by their id, without their content. */
  readonly mails: Recent<SentMail>;
}

/** SES v2 under `/ses`: SendEmail and GetAccount, for the SDK's `endpoint` option. */
export function sesRoutes(app: FastifyInstance, parts: SesParts): void {
  const sent: Sent = { count: createHourlyCount(), mails: createRecent(mailsMax) };
  sesCommands(app, { ...parts, mails: sent.mails });

  app.post("/ses/v2/email/outbound-emails", async (request, reply) =>
    respond(reply, await parts.handler.take(await receiveSend(request, parts, sent))),
  );
  app.get("/ses/v2/email/account", async (request, reply) =>
    respond(reply, await parts.handler.take(receiveGetAccount(request, sent))),
  );
}

function receiveGetAccount(request: FastifyRequest, sent: Sent): ReceivedCall {
  return {
    call: callOf("GetAccount", undefined),
    body: noBody,
    decide: () => unsigned(request) ?? { outcome: "ok", answer: json(200, accountOf(sent)) },
    refuse: refuseSes,
  };
}

async function receiveSend(request: FastifyRequest, parts: SesParts, sent: Sent): Promise<ReceivedCall> {
  const body = request.body as Uint8Array;
  const read = await readMail(body);
  const mail = "problem" in read ? undefined : read;
  return {
    call: callOf("SendEmail", mail),
    body,
    decide: () => {
      const problem = "problem" in read ? read.problem : problemOf(read);
      return (
        unsigned(request) ??
        (problem === undefined ? accept(mail as Mail, parts, sent) : sesError("BadRequestException", problem))
      );
    },
    refuse: refuseSes,
  };
}

function callOf(operation: string, mail: Mail | undefined): Call {
  return {
    provider: "ses",
    operation,
    channel: "email",
    recipients: mail?.recipients ?? [],
    msgId: mail && msgIdOf(mail),
    tenant: mail?.tags.find(({ Name }) => Name === "tenant" || Name === "tenant_id")?.Value,
  };
}

/** The SDK signs every request. The signature itself is not checked here, its presence is. */
function unsigned(request: FastifyRequest): CallVerdict | undefined {
  if (request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) return undefined;
  return sesError("MissingAuthenticationTokenException", "Missing Authentication Token");
}

function accept(received: Mail, { account, publishing }: SesParts, sent: Sent): CallVerdict {
  const at = Date.now();
  const messageId = messageIdOf(at);
  const mail = {
    ...received,
    headers: headersAsDelivered(received.headers, { messageId, at, region: account.region }),
  };
  const sentMail = { mail, messageId, at, account };
  sent.count.add(at);
  sent.mails.add(messageId, { ...sentMail, mail: { ...mail, content: {} } });
  return {
    outcome: "accepted",
    ref: messageId,
    answer: json(200, { MessageId: messageId }, { "x-amzn-requestid": randomUUID() }),
    callbacks: publish(sentMail, eventsOf(sentMail), publishing),
    shown: {
      kind: "mail",
      from: decodeWords(mail.from),
      subject: decodeWords(headerOf(mail.headers, "Subject") ?? ""),
      headers: mail.headers,
      content: mail.content,
    },
  };
}

/** `0100` and the time in hexadecimal, a UUID, and the serial of the region: the form of SES's own ids. */
function messageIdOf(at: number): string {
  return `0100${at.toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
}

const quota = { Max24HourSend: 1_000_000, MaxSendRate: 500 };

function accountOf(sent: Sent): object {
  return {
    DedicatedIpAutoWarmupEnabled: false,
    EnforcementStatus: "HEALTHY",
    ProductionAccessEnabled: true,
    SendingEnabled: true,
    SendQuota: { ...quota, SentLast24Hours: sent.count.lastDay(Date.now()) },
    SuppressionAttributes: { SuppressedReasons: ["BOUNCE", "COMPLAINT"] },
  };
}

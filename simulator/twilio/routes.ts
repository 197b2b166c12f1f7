import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CallHandler, ReceivedCall } from "../call-handler.ts";
import { basicCredentials } from "../core/auth.ts";
import { type CallVerdict, json } from "../core/call.ts";
import { createRecent } from "../core/recent.ts";
import { respond } from "../respond.ts";
import { type StatusCallbacks, statusCallbacks } from "./callbacks.ts";
import { refuseTwilio, twilioError } from "./errors.ts";
import { deliveryError, refusalOf } from "./outcomes.ts";
import { namesIn, readTextMessage, type TextMessage } from "./request.ts";
import { resourceOf } from "./resource.ts";
import type { MessageStore, StoredMessage } from "./stored-message.ts";

export interface TwilioDoubleParts {
  readonly handler: CallHandler;
  readonly callbacks: StatusCallbacks;
}

type Params = { account: string; sid: string };

const base = "/twilio/2010-04-01/Accounts/:account";
const noBody = new Uint8Array();
const messagesMax = 5_000;

/** Twilio's Messages resource under `/twilio`: create and fetch, for a client with `api.baseUrl`. */
export function twilioDoubleRoutes(app: FastifyInstance, { handler, callbacks }: TwilioDoubleParts): void {
  const store = createRecent<StoredMessage>(messagesMax);
  app.post<{ Params: Params }>(`${base}/Messages.json`, async (request, reply) =>
    respond(reply, await handler.take(receiveCreate(request, callbacks, store))),
  );
  app.get<{ Params: Params }>(`${base}/Messages/:sid.json`, async (request, reply) =>
    respond(reply, await handler.take(receiveFetch(request, callbacks, store))),
  );
}

function receiveCreate(
  request: FastifyRequest<{ Params: Params }>,
  callbacks: StatusCallbacks,
  store: MessageStore,
): ReceivedCall {
  const body = request.body as Uint8Array;
  const message = readTextMessage(body);
  return {
    call: {
      provider: "twilio",
      operation: "Messages.create",
      channel: "sms",
      recipients: message.to === "" ? [] : [message.to],
      ...namesIn(message),
    },
    body,
    decide: () => unauthenticated(request, callbacks) ?? refused(message) ?? accept(message, callbacks, store),
    refuse: refuseTwilio,
  };
}

function receiveFetch(
  request: FastifyRequest<{ Params: Params }>,
  callbacks: StatusCallbacks,
  store: MessageStore,
): ReceivedCall {
  const stored = store.find(request.params.sid);
  const { accountSid } = callbacks.account;
  return {
    call: { provider: "twilio", operation: "Messages.fetch", channel: "sms", recipients: [] },
    body: noBody,
    decide: () =>
      unauthenticated(request, callbacks) ??
      (stored ? { outcome: "ok", answer: json(200, resourceOf(stored, accountSid)) } : twilioError(20404)),
    refuse: refuseTwilio,
  };
}

/** The account's sid, or an API key's, with the account's token as the password. */
function unauthenticated(
  request: FastifyRequest<{ Params: Params }>,
  { account }: StatusCallbacks,
): CallVerdict | undefined {
  const given = basicCredentials(request.headers.authorization);
  const known = given?.user === account.accountSid || given?.user.startsWith("SK");
  if (known && given?.password === account.authToken && request.params.account === account.accountSid) return undefined;
  return twilioError(20003);
}

function refused(message: TextMessage): CallVerdict | undefined {
  const code = refusalOf(message);
  return code === undefined ? undefined : twilioError(code, message);
}

function accept(message: TextMessage, callbacks: StatusCallbacks, store: MessageStore): CallVerdict {
  const stored = {
    sid: `SM${randomUUID().replaceAll("-", "")}`,
    message,
    at: Date.now(),
    status: message.messagingServiceSid === "" ? "queued" : "accepted",
    errorCode: undefined,
  };
  store.add(stored.sid, stored);
  return {
    outcome: "accepted",
    ref: stored.sid,
    answer: json(201, resourceOf(stored, callbacks.account.accountSid)),
    callbacks: statusCallbacks(stored, deliveryError(message.to), callbacks),
    shown: { kind: "text", from: message.from || message.messagingServiceSid, text: message.body },
  };
}

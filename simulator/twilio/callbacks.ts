import { randomUUID } from "node:crypto";
import type { Callback } from "../core/call.ts";
import { signForm } from "./signature.ts";
import { type Status, statusesOf } from "./statuses.ts";
import type { StoredMessage } from "./stored-message.ts";

/** How and where status callbacks go. */
export interface StatusCallbacks {
  readonly account: { readonly accountSid: string; readonly authToken: string };
  readonly seed: number;
  readonly outOfOrderShare: number;
  readonly delayMs: number;
  /** The gateway, in the place of the origin of the callback's URL; undefined while none is known. */
  readonly base: () => string | undefined;
}

/** What Twilio owes for a message that it took: nothing, unless the message named a callback. */
export function statusCallbacks(
  stored: StoredMessage,
  deliveryError: number | undefined,
  callbacks: StatusCallbacks,
): readonly Callback[] {
  const named = URL.parse(stored.message.statusCallback);
  const base = callbacks.base();
  if (named === null || base === undefined) return [];
  const key = named.searchParams.get("msg_id") ?? stored.sid;
  return statusesOf(key, deliveryError !== undefined, callbacks).map(({ status, wait }) => ({
    provider: "twilio",
    event: status,
    url: `${base}${named.pathname}${named.search}`,
    delayMs: wait * callbacks.delayMs,
    build: () => request(stored, status, status === "undelivered" ? deliveryError : undefined, callbacks),
  }));
}

/** The signature covers the URL that the message named, wherever the request is in truth sent to. */
function request(
  stored: StoredMessage,
  status: Status["status"],
  errorCode: number | undefined,
  { account }: StatusCallbacks,
): ReturnType<Callback["build"]> {
  advance(stored, status, errorCode);
  const form = formOf(stored, status, errorCode, account.accountSid);
  return {
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "user-agent": "TwilioProxy/1.1",
      "i-twilio-idempotency-token": randomUUID(),
      "x-twilio-signature": signForm(account.authToken, stored.message.statusCallback, form),
    },
    body: new URLSearchParams(form).toString(),
  };
}

/** The resource keeps its final status, whatever comes late. */
function advance(stored: StoredMessage, status: Status["status"], errorCode: number | undefined): void {
  if (stored.status === "delivered" || stored.status === "undelivered") return;
  stored.status = status;
  stored.errorCode = errorCode;
}

function formOf({ sid, message }: StoredMessage, status: string, errorCode: number | undefined, accountSid: string) {
  return {
    AccountSid: accountSid,
    ApiVersion: "2010-04-01",
    ...(message.from !== "" && { From: message.from }),
    ...(message.messagingServiceSid !== "" && { MessagingServiceSid: message.messagingServiceSid }),
    MessageSid: sid,
    MessageStatus: status,
    SmsSid: sid,
    SmsStatus: status,
    To: message.to,
    ...(errorCode !== undefined && { ErrorCode: String(errorCode) }),
  };
}

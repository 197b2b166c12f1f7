import { randomUUID } from "node:crypto";
import type { Callback } from "../core/call.ts";
import { signForm } from "./signature.ts";
import { type StatusStep, statusesOf } from "./statuses.ts";
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

/** The callbacks of an accepted message: none, unless the message named a URL. */
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
    build: () => {
      const report = { status, errorCode: status === "undelivered" ? deliveryError : undefined };
      advance(stored, report);
      return request(stored, report, callbacks);
    },
  }));
}

/** What one callback reports. */
interface StatusReport {
  readonly status: StatusStep["status"];
  readonly errorCode: number | undefined;
}

/** The signature covers the URL that the message named, which may differ from the one that the request goes to. */
function request(
  stored: StoredMessage,
  report: StatusReport,
  { account }: StatusCallbacks,
): ReturnType<Callback["build"]> {
  const form = formOf(stored, report, account.accountSid);
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

/** A message keeps its final status when another status comes late. */
function advance(stored: StoredMessage, { status, errorCode }: StatusReport): void {
  if (stored.status === "delivered" || stored.status === "undelivered") return;
  stored.status = status;
  stored.errorCode = errorCode;
}

function formOf({ sid, message }: StoredMessage, { status, errorCode }: StatusReport, accountSid: string) {
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

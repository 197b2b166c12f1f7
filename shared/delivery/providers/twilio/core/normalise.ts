import { type AnswerRow, rowOf, setupFault } from "#shared/domain/delivery/answer.ts";
import { readCallQuery } from "#shared/domain/feedback/call-reference.ts";
import type { Meaning, NormalisedWebhook } from "#shared/domain/feedback/parsed-webhook.ts";
import { twilioAnswers } from "./answers.ts";

/** `MessageStatus`, if it says something that the sender does not know. */
const statuses: Readonly<Record<string, Meaning>> = {
  sent: { status: "SENT", description: "The carrier has taken the text" },
  delivered: { status: "DELIVERED", description: "The handset has taken the text" },
  read: { status: "DELIVERED", description: "The text was read" },
  undelivered: { status: "FAILED", description: "The text did not arrive", reason: "COMMS_PROVIDER_REJECTED" },
  failed: { status: "FAILED", description: "The text could not be sent", reason: "COMMS_PROVIDER_REJECTED" },
  canceled: { status: "CANCELLED", description: "The text was cancelled at Twilio", reason: "COMMS_CANCELLED" },
};

const ignoredStatuses: ReadonlySet<string> = new Set([
  "accepted",
  "scheduled",
  "queued",
  "sending",
  "receiving",
  "received",
]);

/**
 * What an `ErrorCode` means of a text that was taken and did not arrive: what it means at once, by the same table. An
 * unlisted code fails the message and suppresses nothing.
 */
function meaningOf(row: AnswerRow): Meaning {
  const { act, description, reason = "COMMS_PROVIDER_REJECTED", suppress, alert } = row;
  const common = { description, reason, ...(suppress && { suppress }), ...(alert && { alert }) };
  if (suppress === "hard_bounce") return { ...common, status: "BOUNCED" };
  if (act === "refuse") return { ...common, status: "FAILED" };
  // A halt cannot be made from here: the message waits, and the next call meets the account's own answer.
  const { tries, baseMs } = act === "halt" ? setupFault : row;
  return { ...common, status: "FAILED", retry: { ...(tries && { tries }), ...(baseMs && { baseMs }) } };
}

/** A status callback of Twilio, as a form. The callback's address names the message. */
export function normaliseTwilio(body: string, msgId: string | null, query: string | null = null): NormalisedWebhook {
  const form = new URLSearchParams(body);
  const named = form.get("MessageStatus") ?? form.get("SmsStatus");
  const ref = form.get("MessageSid") ?? form.get("SmsSid");
  if (!named || !ref) return { kind: "unreadable", why: "The form has no MessageStatus or no MessageSid" };
  const status = named.slice(0, 40);
  if (ignoredStatuses.has(status)) return { kind: "nothing" };
  const meaning = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  if (meaning === undefined) return { kind: "nothing", unknown: status };
  const names = { msgId, providerRef: ref.slice(0, 64), call: readCallQuery(query) };
  return { kind: "parsed", channel: "SMS", ...names, ...reportOf(meaning, status, form) };
}

function reportOf(meaning: Meaning, status: string, form: URLSearchParams) {
  const code = form.get("ErrorCode")?.slice(0, 20) ?? "";
  const isFailure = meaning.status === "FAILED" && code !== "" && code !== "0";
  const row = isFailure && Object.hasOwn(twilioAnswers, code) ? meaningOf(rowOf(twilioAnswers, code)) : undefined;
  const reports = [{ ...(row ?? meaning), code: isFailure ? code : status, address: form.get("To") || null }];
  return isFailure && row === undefined ? { reports, unknown: code } : { reports };
}

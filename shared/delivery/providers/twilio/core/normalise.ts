import type { Meaning, NormalisedWebhook } from "#shared/domain/feedback/parsed-webhook.ts";

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

const failed = { status: "FAILED", reason: "COMMS_PROVIDER_REJECTED" } as const;
const badNumber: Meaning = {
  status: "BOUNCED",
  description: "The number cannot take texts",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};

/** `ErrorCode` of a text that did not arrive. An unlisted code fails the message and suppresses nothing. */
const errors: Readonly<Record<string, Meaning>> = {
  "21211": badNumber,
  "21614": badNumber,
  "21610": { status: "FAILED", description: "The number has opted out", reason: "COMMS_SUPPRESSED", suppress: "stop" },
  "21617": { ...failed, description: "The text is too long" },
  "30001": { ...failed, description: "Twilio's queue was full" },
  "30002": { ...failed, description: "The account is suspended" },
  "30003": { ...failed, description: "The handset cannot be reached" },
  "30004": { ...failed, description: "The message was blocked" },
  "30005": { ...failed, description: "The handset is unknown" },
  "30006": { ...failed, description: "A landline, or a carrier that cannot be reached" },
  "30007": { ...failed, description: "The carrier filtered the content" },
  "30008": { ...failed, description: "Unknown to the carrier" },
  "30034": { ...failed, description: "The number is not registered for this traffic" },
  "30410": { ...failed, description: "The carrier timed out" },
};

/** A status callback of Twilio, as a form. The callback's address names the message. */
export function normaliseTwilio(body: string, msgId: string | null): NormalisedWebhook {
  const form = new URLSearchParams(body);
  const named = form.get("MessageStatus") ?? form.get("SmsStatus");
  const ref = form.get("MessageSid") ?? form.get("SmsSid");
  if (!named || !ref) return { kind: "unreadable", why: "The form has no MessageStatus or no MessageSid" };
  const status = named.slice(0, 40);
  if (ignoredStatuses.has(status)) return { kind: "nothing" };
  const meaning = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  if (meaning === undefined) return { kind: "nothing", unknown: status };
  return { kind: "parsed", channel: "SMS", msgId, providerRef: ref.slice(0, 64), ...reportOf(meaning, status, form) };
}

function reportOf(meaning: Meaning, status: string, form: URLSearchParams) {
  const code = form.get("ErrorCode")?.slice(0, 20) ?? "";
  const isFailure = meaning.status === "FAILED" && code !== "" && code !== "0";
  const row = isFailure && Object.hasOwn(errors, code) ? errors[code] : undefined;
  const reports = [{ ...(row ?? meaning), code: isFailure ? code : status, address: form.get("To") || null }];
  return isFailure && row === undefined ? { reports, unknown: code } : { reports };
}

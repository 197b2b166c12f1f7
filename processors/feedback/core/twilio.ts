import type { Meaning, NormalisedWebhook } from "./parsed-webhook.ts";

/** `MessageStatus`, where it says something that the sender does not know. */
const statuses: Readonly<Record<string, Meaning>> = {
  sent: { status: "SENT", words: "The carrier has taken the text" },
  delivered: { status: "DELIVERED", words: "The handset has taken the text" },
  read: { status: "DELIVERED", words: "The text was read" },
  undelivered: { status: "FAILED", words: "The text did not arrive", reason: "COMMS_PROVIDER_REJECTED" },
  failed: { status: "FAILED", words: "The text could not be sent", reason: "COMMS_PROVIDER_REJECTED" },
  canceled: { status: "CANCELLED", words: "The text was cancelled at Twilio", reason: "COMMS_CANCELLED" },
};

const silent: ReadonlySet<string> = new Set(["accepted", "scheduled", "queued", "sending", "receiving", "received"]);

const failed = { status: "FAILED", reason: "COMMS_PROVIDER_REJECTED" } as const;
const badNumber: Meaning = {
  status: "BOUNCED",
  words: "The number cannot take texts",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};

/** `ErrorCode` of a text that did not arrive. What is not here fails the message and suppresses nothing. */
const errors: Readonly<Record<string, Meaning>> = {
  "21211": badNumber,
  "21614": badNumber,
  "21610": { status: "FAILED", words: "The number has opted out", reason: "COMMS_SUPPRESSED", suppress: "stop" },
  "21617": { ...failed, words: "The text is too long" },
  "30001": { ...failed, words: "Twilio's queue was full" },
  "30002": { ...failed, words: "The account is suspended" },
  "30003": { ...failed, words: "The handset cannot be reached" },
  "30004": { ...failed, words: "The message was blocked" },
  "30005": { ...failed, words: "The handset is unknown" },
  "30006": { ...failed, words: "A landline, or a carrier that cannot be reached" },
  "30007": { ...failed, words: "The carrier filtered the content" },
  "30008": { ...failed, words: "Unknown to the carrier" },
  "30034": { ...failed, words: "The number is not registered for this traffic" },
  "30410": { ...failed, words: "The carrier timed out" },
};

/** A status callback of Twilio, as a form. The message is named by the callback's address. */
export function normaliseTwilio(body: string, msgId: string | null): NormalisedWebhook {
  const form = new URLSearchParams(body);
  const told = form.get("MessageStatus") ?? form.get("SmsStatus");
  const ref = form.get("MessageSid") ?? form.get("SmsSid");
  if (!told || !ref) return { kind: "unreadable", why: "The form has no MessageStatus or no MessageSid" };
  const status = told.slice(0, 40);
  if (silent.has(status)) return { kind: "nothing" };
  const meaning = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  if (meaning === undefined) return { kind: "nothing", unknown: status };
  return { kind: "notice", channel: "SMS", msgId, providerRef: ref.slice(0, 64), ...toldBy(meaning, status, form) };
}

function toldBy(meaning: Meaning, status: string, form: URLSearchParams) {
  const code = form.get("ErrorCode")?.slice(0, 20) ?? "";
  const ended = meaning.status === "FAILED" && code !== "" && code !== "0";
  const row = ended && Object.hasOwn(errors, code) ? errors[code] : undefined;
  const reports = [{ ...(row ?? meaning), code: ended ? code : status, address: form.get("To") || null }];
  return ended && row === undefined ? { reports, unknown: code } : { reports };
}

import type { Meaning, NormalisedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { type Fields, fieldsOf, isObject, listOf, parseJson, textOf } from "#shared/domain/json/readers.ts";
import { sesBounces, sesComplaint, sesComplaints, sesEvents, sesIgnored, sesSoftBounce } from "./meanings.ts";

/** What SES posts to a new topic. */
const greeting = "Successfully validated SNS topic";

interface Reports {
  readonly reports: readonly ProviderReport[];
  readonly unknown?: string;
}

/** An SES event in its SNS envelope, in the dialect of event publishing (`eventType`) or of notifications. */
export function normaliseSes(body: string): NormalisedWebhook {
  const envelope = parseJson(body);
  if (!isObject(envelope)) return { kind: "unreadable", why: "The body is not an SNS envelope" };
  const message = textOf(envelope["Message"], Number.POSITIVE_INFINITY);
  if (message?.startsWith(greeting)) return { kind: "nothing" };
  const event = parseJson(message);
  if (!isObject(event)) return { kind: "unreadable", why: "The message in the envelope is not an SES event" };
  const type = textOf(event["eventType"]) ?? textOf(event["notificationType"]);
  if (type === null) return { kind: "unreadable", why: "The SES event has neither eventType nor notificationType" };
  return webhookOf(type, event);
}

function webhookOf(type: string, event: Fields): NormalisedWebhook {
  if (sesIgnored.has(type)) return { kind: "nothing" };
  const reports = reportsIn(type, event);
  if (reports === undefined) return { kind: "nothing", unknown: type };
  const mail = fieldsOf(event["mail"]);
  return { kind: "parsed", channel: "EMAIL", msgId: msgIdOf(mail), providerRef: textOf(mail["messageId"]), ...reports };
}

function reportsIn(type: string, event: Fields): Reports | undefined {
  if (type === "Bounce") return bounce(fieldsOf(event["bounce"]));
  if (type === "Complaint") return complaint(fieldsOf(event["complaint"]));
  const meaning = rowOf(sesEvents, type);
  return meaning && { reports: [{ ...meaning, code: type, address: null }] };
}

/** Only the recipients that bounced; the mail may have had others. */
function bounce(detail: Fields): Reports {
  const type = textOf(detail["bounceType"], 40) ?? "";
  const code = `${type}/${textOf(detail["bounceSubType"], 40) ?? ""}`;
  const known = rowOf(sesBounces, code);
  const meaning = known ?? rowOf(sesBounces, type) ?? sesSoftBounce;
  const reports = reportsOf(meaning, code, detail["bouncedRecipients"]);
  return known ? { reports } : { reports, unknown: `Bounce/${code}` };
}

function complaint(detail: Fields): Reports {
  const type = textOf(detail["complaintFeedbackType"], 40);
  const meaning = rowOf(sesComplaints, type ?? "") ?? sesComplaint;
  return { reports: reportsOf(meaning, `Complaint/${type ?? "unspecified"}`, detail["complainedRecipients"]) };
}

/** One report a recipient; one without an address if none is named, so that the status is not lost. */
function reportsOf(meaning: Meaning, code: string, recipients: unknown): readonly ProviderReport[] {
  const addresses = listOf(recipients).flatMap((recipient) => bareAddress(fieldsOf(recipient)["emailAddress"]) ?? []);
  if (addresses.length === 0) return [{ ...meaning, code, address: null }];
  return [...new Set(addresses)].map((address) => ({ ...meaning, code, address }));
}

/** `Anna <anna@example.com>` is `anna@example.com`. */
function bareAddress(value: unknown): string | null {
  const address = textOf(value, 1_000);
  return address && (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim();
}

/** By the tag of the sending call, else by the header of the mail. */
function msgIdOf(mail: Fields): string | null {
  const tag = textOf(listOf(fieldsOf(mail["tags"])["msg_id"])[0]);
  if (tag) return tag;
  const headers = listOf(mail["headers"]).map(fieldsOf);
  return textOf(headers.find(({ name }) => textOf(name)?.toLowerCase() === "x-comms-msg-id")?.["value"]);
}

function rowOf<Row>(table: Readonly<Record<string, Row>>, code: string): Row | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

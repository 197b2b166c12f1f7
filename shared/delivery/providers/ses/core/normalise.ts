import { hashInTag, readCallQuery } from "#shared/domain/feedback/call-reference.ts";
import type { Meaning, NormalisedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { type Fields, fieldsOf, isObject, listOf, parseJson, textOf } from "#shared/domain/json/readers.ts";
import { byReply } from "./bounce-reply.ts";
import {
  sesBounced,
  sesBounces,
  sesComplaint,
  sesComplaints,
  sesEvents,
  sesIgnored,
  sesSoftBounce,
} from "./meanings.ts";
import { subjectInTags } from "./subject-tags.ts";

/** What SES posts to a new topic. */
const greeting = "Successfully validated SNS topic";

interface Reports {
  readonly reports: readonly ProviderReport[];
  readonly unknown?: string;
}

/**
 * An SES event, in the dialect of event publishing (`eventType`) or of notifications. Records of earlier versions hold it in its
 * SNS envelope, and are read as well.
 */
export function normaliseSes(body: string): NormalisedWebhook {
  const posted = parseJson(body);
  const message = isObject(posted) && isEnvelope(posted) ? textOf(posted["Message"], Number.POSITIVE_INFINITY) : body;
  if (message?.startsWith(greeting)) return { kind: "nothing" };
  const event = message === body ? posted : parseJson(message);
  if (!isObject(event)) return { kind: "unreadable", why: "The body is not an SES event" };
  const type = textOf(event["eventType"]) ?? textOf(event["notificationType"]);
  if (type === null) return { kind: "unreadable", why: "The SES event has neither eventType nor notificationType" };
  return webhookOf(type, event);
}

/** Each message of SNS has a type, and no event of SES has a field of that name. */
function isEnvelope(posted: Fields): boolean {
  return Object.hasOwn(posted, "Type");
}

function webhookOf(type: string, event: Fields): NormalisedWebhook {
  if (sesIgnored.has(type)) return { kind: "nothing" };
  const reports = reportsIn(type, event);
  if (reports === undefined) return { kind: "nothing", unknown: type };
  const mail = fieldsOf(event["mail"]);
  const call = { ...readCallQuery(null), addressHash: hashInTag(tagOf(mail, "to")) };
  const names = { msgId: msgIdOf(mail), providerRef: textOf(mail["messageId"]), call };
  const sealedSubject = subjectInTags((name) => tagOf(mail, name));
  return { kind: "parsed", channel: "EMAIL", ...names, ...(sealedSubject && { sealedSubject }), ...reports };
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
  const byType = known ?? rowOf(sesBounces, type) ?? sesSoftBounce;
  const meaningOf = (recipient: Fields) => {
    const diagnostic = textOf(recipient["diagnosticCode"], 2_000);
    const meaning = byReply({ status: textOf(recipient["status"], 40), diagnostic }) ?? byType;
    // What says only that the mail came back says less than a type of another kind: a list of SES's own, a full mailbox.
    return meaning === sesBounced && !isPlainBounce(code) ? byType : meaning;
  };
  const reports = reportsOf(meaningOf, code, detail["bouncedRecipients"]);
  return known ? { reports } : { reports, unknown: `Bounce/${code}` };
}

/** Types that say no more than that the mail came back for good. */
function isPlainBounce(code: string): boolean {
  return code === "Permanent/General" || code === "Permanent/NoEmail";
}

function complaint(detail: Fields): Reports {
  const type = textOf(detail["complaintFeedbackType"], 40);
  const meaning = rowOf(sesComplaints, type ?? "") ?? sesComplaint;
  return { reports: reportsOf(() => meaning, `Complaint/${type ?? "unspecified"}`, detail["complainedRecipients"]) };
}

/** One report a recipient; one without an address if none is named, so that the status is not lost. */
function reportsOf(
  meaningOf: (recipient: Fields) => Meaning,
  code: string,
  recipients: unknown,
): readonly ProviderReport[] {
  const named = listOf(recipients)
    .map(fieldsOf)
    .flatMap((recipient): readonly (readonly [string, Fields])[] => {
      const address = bareAddress(recipient["emailAddress"]);
      return address ? [[address, recipient]] : [];
    });
  if (named.length === 0) return [{ ...meaningOf(fieldsOf(listOf(recipients)[0])), code, address: null }];
  return [...new Map(named)].map(([address, recipient]) => ({ ...meaningOf(recipient), code, address }));
}

/** `Anna <anna@example.com>` is `anna@example.com`. */
function bareAddress(value: unknown): string | null {
  const address = textOf(value, 1_000);
  return address && (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim();
}

/** By the tag of the sending call, else by the header of the mail. */
function msgIdOf(mail: Fields): string | null {
  const tag = tagOf(mail, "msg_id");
  if (tag) return tag;
  const headers = listOf(mail["headers"]).map(fieldsOf);
  return textOf(headers.find(({ name }) => textOf(name)?.toLowerCase() === "x-comms-msg-id")?.["value"]);
}

/** A tag of the sending call; null in the dialect of notifications, which has none. */
function tagOf(mail: Fields, name: string): string | null {
  return textOf(listOf(fieldsOf(mail["tags"])[name])[0]);
}

function rowOf<Row>(table: Readonly<Record<string, Row>>, code: string): Row | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

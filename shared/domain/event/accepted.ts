import type { Accepted, Event, Lane } from "#shared/contracts/records.ts";
import { streamOf } from "../category/category.ts";
import { renderKey } from "../dedupe/key.ts";
import { deriveEventId, deriveId } from "../message/id.ts";
import { recordHead } from "../message/record-head.ts";
import { recipientsOf } from "../recipient/actors.ts";
import type { EventEntry, EventSend } from "./event-entry.ts";
import type { IntakeContext } from "./intake-context.ts";
import { intakeLimits } from "./limits.ts";

/** An event that passed every check, with its catalog entry and its payload as variables. */
export interface CheckedEvent {
  readonly event: Event;
  readonly entry: EventEntry;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * One record for each person and template of a valid event, or the issues of its dedupe keys. A person in two roles that
 * get the same template gets one record: the message would be the same (decision 3).
 */
export function acceptedRecords(
  checked: CheckedEvent,
  context: IntakeContext,
): readonly Accepted[] | { readonly issues: readonly string[] } {
  const { event, entry } = checked;
  const issues: string[] = [];
  const records = new Map<string, Accepted>();
  for (const send of entry.sends) {
    const dedupeKey = dedupeKeyOf(send, checked, context);
    if (typeof dedupeKey !== "string") issues.push(...dedupeKey.issues);
    else
      for (const userId of recipientsOf(send.role, event.actors)) {
        const recipient = { userId, send, dedupeKey, lane: laneOf(event, send, context) };
        const record = acceptedRecord(event, recipient, context);
        if (!records.has(record.accepted_id)) records.set(record.accepted_id, record);
      }
  }
  return issues.length > 0 ? { issues } : [...records.values()];
}

/** Express, unless the event came by the bulk topic or with priority LOW, or the message is marketing. */
function laneOf(event: Event, send: EventSend, { topic }: Pick<IntakeContext, "topic">): Lane {
  const isBulk = topic === "comms.events.bulk" || event.priority === "LOW" || streamOf(send.category) === "marketing";
  return isBulk ? "BULK" : "EXPRESS";
}

function dedupeKeyOf(send: EventSend, checked: CheckedEvent, { limits = intakeLimits }: IntakeContext) {
  const { event, variables } = checked;
  const source = { causeRef: event.cause_ref, occurredAt: event.occurred_at, payload: variables };
  const rendered = renderKey(send.dedupeKey, source);
  if ("missing" in rendered) {
    return { issues: rendered.missing.map((name) => `payload lacks '${name}', which the dedupe key needs`) };
  }
  if (rendered.key.length <= limits.dedupeKeyLengthMax) return rendered.key;
  return { issues: [`the dedupe key is longer than ${limits.dedupeKeyLengthMax} characters`] };
}

interface Recipient {
  readonly userId: string;
  readonly send: EventSend;
  readonly dedupeKey: string;
  readonly lane: Lane;
}

function acceptedRecord(
  event: Event,
  { userId, send, dedupeKey, lane }: Recipient,
  { now, receivedAt = now }: Pick<IntakeContext, "now" | "receivedAt">,
): Accepted {
  const eventId = event.event_id ?? deriveEventId(event.tenant_id, event.name, event.cause_ref);
  const correlationId = event.correlation_id ?? eventId;
  const origin = { ...event, event_id: eventId, user_id: userId, correlation_id: correlationId };
  return {
    ...recordHead(origin, { msgId: null, causationId: eventId, recordedAt: now }),
    accepted_id: deriveId("accepted", eventId, userId, send.template),
    role: send.role,
    cause_event: event.name,
    cause_ref: event.cause_ref,
    template_name: send.template,
    template_version: null,
    category: send.category,
    critical: send.critical,
    lane,
    channels: send.channels,
    cadence: send.cadence,
    dedupe_key: dedupeKey,
    payload: event.payload,
    expires_at: event.expires_at,
    send_at: event.send_at,
    received_at: receivedAt,
    round: 0,
  };
}

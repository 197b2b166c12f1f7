import type { Accepted, Event, Lane } from "#shared/contracts/records.ts";
import { streamOf } from "../category/category.ts";
import { renderKey } from "../dedupe/key.ts";
import { deriveEventId, deriveId } from "../message/id.ts";
import { recipientsOf } from "../recipient/actors.ts";
import type { EventEntry, EventSend } from "./event-entry.ts";
import type { IntakeContext } from "./intake-context.ts";
import { intakeLimits } from "./limits.ts";

type Variables = Readonly<Record<string, unknown>>;
type Built = readonly Accepted[] | { readonly faults: readonly string[] };

/**
 * One record for each person and template of a valid event. A person in two roles that get the same template is written
 * to once: the message would be the same (decision 3).
 */
export function acceptedRecords(event: Event, entry: EventEntry, variables: Variables, context: IntakeContext): Built {
  const faults: string[] = [];
  const records = new Map<string, Accepted>();
  for (const send of entry.sends) {
    const dedupeKey = dedupeKeyOf(event, send, variables, context);
    if (typeof dedupeKey !== "string") faults.push(...dedupeKey.faults);
    else
      for (const userId of recipientsOf(send.role, event.actors)) {
        const record = acceptedRecord(event, send, { userId, dedupeKey, lane: laneOf(event, send, context) }, context);
        if (!records.has(record.accepted_id)) records.set(record.accepted_id, record);
      }
  }
  return faults.length > 0 ? { faults } : [...records.values()];
}

/** Express, unless the producer came in by the bulk topic or said LOW, or the message is marketing. */
function laneOf(event: Event, send: EventSend, { topic }: Pick<IntakeContext, "topic">): Lane {
  const bulk = topic === "comms.events.bulk" || event.priority === "LOW" || streamOf(send.category) === "marketing";
  return bulk ? "BULK" : "EXPRESS";
}

function dedupeKeyOf(event: Event, send: EventSend, payload: Variables, { limits = intakeLimits }: IntakeContext) {
  const source = { causeRef: event.cause_ref, occurredAt: event.occurred_at, payload };
  const rendered = renderKey(send.dedupeKey, source);
  if ("missing" in rendered) {
    return { faults: rendered.missing.map((name) => `payload lacks '${name}', which the dedupe key needs`) };
  }
  if (rendered.key.length <= limits.dedupe_key_length_max) return rendered.key;
  return { faults: [`the dedupe key is longer than ${limits.dedupe_key_length_max} characters`] };
}

interface Recipient {
  readonly userId: string;
  readonly dedupeKey: string;
  readonly lane: Lane;
}

function acceptedRecord(event: Event, send: EventSend, recipient: Recipient, { now }: IntakeContext): Accepted {
  const eventId = event.event_id ?? deriveEventId(event.tenant_id, event.name, event.cause_ref);
  return {
    event_id: eventId,
    occurred_at: event.occurred_at,
    recorded_at: now,
    tenant_id: event.tenant_id,
    user_id: recipient.userId,
    msg_id: null,
    correlation_id: event.correlation_id ?? eventId,
    causation_id: eventId,
    accepted_id: deriveId("accepted", eventId, recipient.userId, send.template),
    role: send.role,
    cause_event: event.name,
    cause_ref: event.cause_ref,
    template_name: send.template,
    template_version: null,
    category: send.category,
    critical: send.critical,
    lane: recipient.lane,
    channels: send.channels,
    cadence: send.cadence,
    dedupe_key: recipient.dedupeKey,
    payload: event.payload,
    expires_at: event.expires_at,
    round: 0,
  };
}

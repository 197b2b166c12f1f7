import type { Event } from "#shared/contracts/records.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { EventBody } from "./body.ts";

/** Who produces an event, and when. */
export interface EventOrigin {
  /** The tenant of the key that came with the request. */
  readonly tenantId: string;
  readonly now: Instant;
}

/** The record of a body, as a producer on Kafka would have written it. Its tenant is the origin's, whatever the body says. */
export function eventOf(body: EventBody, { tenantId: tenant_id, now }: EventOrigin): Event {
  const { name, cause_ref } = body;
  return {
    event_id: body.event_id ?? deriveEventId(tenant_id, name, cause_ref),
    tenant_id,
    name,
    source: body.source,
    cause_ref,
    correlation_id: body.correlation_id ?? null,
    occurred_at: body.occurred_at === undefined ? now : instantOf(body.occurred_at),
    actors: body.actors,
    payload: JSON.stringify(body.payload),
    category: body.category ?? null,
    priority: body.priority,
    expires_at: body.expires_at === undefined ? null : instantOf(body.expires_at),
    send_at: body.send_at === undefined ? null : instantOf(body.send_at),
  };
}

/** LOW travels in the bulk lane from the first topic on. */
export function topicOf({ priority }: Pick<Event, "priority">): "comms.events" | "comms.events.bulk" {
  return priority === "LOW" ? "comms.events.bulk" : "comms.events";
}

/** Key of `comms.events`: events with one cause keep their order. */
export function eventKey({ tenant_id, cause_ref }: Pick<Event, "tenant_id" | "cause_ref">): string {
  return `${tenant_id}/${cause_ref}`;
}

function instantOf(time: number | string): Instant {
  return typeof time === "number" ? time : Date.parse(time);
}

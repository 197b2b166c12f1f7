import type { Event } from "#shared/avro/records.ts";
import type { Instant } from "#shared/clock/clock.ts";
import type { IntakeLimits } from "./limits.ts";

/** 2000-01-01. What lies before it is a time in seconds; what lies far ahead one in microseconds. */
const oldest_ms = 946_684_800_000;

/** What is wrong with the fields around the payload, a sentence each, without a value. */
export function envelopeFaults(event: Event, limits: IntakeLimits, now: Instant): readonly string[] {
  return [
    ...idFaults("tenant_id", event.tenant_id, limits),
    ...idFaults("cause_ref", event.cause_ref, limits),
    ...(event.event_id === null ? [] : idFaults("event_id", event.event_id, limits)),
    ...(event.correlation_id === null ? [] : idFaults("correlation_id", event.correlation_id, limits)),
    ...slashFaults(event.tenant_id),
    ...actorFaults(event, limits),
    ...timeFaults(event, limits, now),
  ];
}

function idFaults(field: string, value: string, { id_length_max }: IntakeLimits): readonly string[] {
  if (value.trim() === "") return [`${field} is empty`];
  return value.length > id_length_max ? [`${field} is longer than ${id_length_max} characters`] : [];
}

/** The slash ends the tenant in every record key. */
function slashFaults(tenantId: string): readonly string[] {
  return tenantId.includes("/") ? ["tenant_id has a slash in it"] : [];
}

function actorFaults({ actors }: Event, limits: IntakeLimits): readonly string[] {
  if (actors.length > limits.actors_max) return [`actors has more than ${limits.actors_max} people`];
  return actors.flatMap((actor, i) => [
    ...(actor.role.trim() === "" ? [`actors[${i}].role is empty`] : []),
    ...idFaults(`actors[${i}].user_id`, actor.user_id, limits),
  ]);
}

function timeFaults(event: Event, limits: IntakeLimits, now: Instant): readonly string[] {
  const faults: string[] = [];
  if (event.occurred_at < oldest_ms) faults.push("occurred_at is before the year 2000; it is in milliseconds");
  if (event.occurred_at > now + limits.clock_ahead_ms_max) {
    faults.push("occurred_at is more than a day ahead; it is in milliseconds");
  }
  if (event.expires_at !== null && event.expires_at > now + limits.horizon_ms_max) {
    faults.push(`expires_at is more than ${limits.horizon_ms_max / 86_400_000} days ahead`);
  }
  return faults;
}

import type { Event } from "#shared/contracts/records.ts";
import type { Instant } from "../time/instant.ts";
import type { IntakeLimits } from "./limits.ts";
import { isLonger } from "./size.ts";

/** 2000-01-01. What lies before it is a time in seconds; what lies far ahead one in microseconds. */
const oldest_ms = 946_684_800_000;

/** What a tenant may be called: it stands in record keys, in paths and in labels as it is. */
const tenantPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** What is wrong with the fields around the payload, a sentence each, without a value. */
export function envelopeIssues(event: Event, limits: IntakeLimits, now: Instant): readonly string[] {
  return [
    ...tenantFaults(event.tenant_id),
    ...idFaults("name", event.name, limits),
    ...idFaults("cause_ref", event.cause_ref, limits),
    ...(event.event_id === null ? [] : idFaults("event_id", event.event_id, limits)),
    ...(event.correlation_id === null ? [] : idFaults("correlation_id", event.correlation_id, limits)),
    ...actorFaults(event, limits),
    ...timeFaults(event, limits, now),
  ];
}

function tenantFaults(tenantId: string): readonly string[] {
  if (tenantId.trim() === "") return ["tenant_id is empty"];
  return tenantPattern.test(tenantId) ? [] : ["tenant_id is not 1 to 64 of the characters A-Z a-z 0-9 . _ -"];
}

/** In bytes, since that is what a key, a path and a token have room for. */
function idFaults(field: string, value: string, { id_bytes_max }: IntakeLimits): readonly string[] {
  if (value.trim() === "") return [`${field} is empty`];
  return [
    ...(isStorable(value) ? [] : [`${field} has a control character or half a character in it`]),
    ...(isLonger(value, id_bytes_max) ? [`${field} is longer than ${id_bytes_max} bytes`] : []),
  ];
}

/** PostgreSQL takes no U+0000, and no encoding keeps half a surrogate pair; a line break in an id forges a line of a log. */
function isStorable(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function actorFaults({ actors }: Event, limits: IntakeLimits): readonly string[] {
  if (actors.length > limits.actors_max) return [`actors has more than ${limits.actors_max} people`];
  return actors.flatMap((actor, i) => [
    ...idFaults(`actors[${i}].role`, actor.role, limits),
    ...idFaults(`actors[${i}].user_id`, actor.user_id, limits),
  ]);
}

function timeFaults(event: Event, limits: IntakeLimits, now: Instant): readonly string[] {
  const faults: string[] = [];
  if (event.occurred_at < oldest_ms) faults.push("occurred_at is before the year 2000; it is in milliseconds");
  if (event.occurred_at > now + limits.clock_ahead_ms_max) {
    faults.push("occurred_at is more than a day ahead; it is in milliseconds");
  }
  if (event.expires_at !== null && event.expires_at < oldest_ms) {
    faults.push("expires_at is before the year 2000; it is in milliseconds");
  }
  if (event.expires_at !== null && event.expires_at > now + limits.horizon_ms_max) {
    faults.push(`expires_at is more than ${limits.horizon_ms_max / 86_400_000} days ahead`);
  }
  return faults;
}

import type { Event } from "#shared/contracts/records.ts";
import type { Instant } from "../time/instant.ts";
import type { IntakeLimits } from "./limits.ts";
import { isLonger } from "./size.ts";

/** 2000-01-01. A time before it is in seconds; a time far ahead is in microseconds. */
const oldestMs = 946_684_800_000;

/** Names that a tenant may have: the name is used in record keys, paths and labels without encoding. */
const tenantPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether an event may be of this tenant; no record has any other. */
export function isTenantName(text: string): boolean {
  return tenantPattern.test(text);
}

/** The issues of the fields around the payload, a sentence each, without a value. */
export function envelopeIssues(event: Event, limits: IntakeLimits, now: Instant): readonly string[] {
  return [
    ...tenantIssues(event.tenant_id),
    ...idIssues("name", event.name, limits),
    ...idIssues("cause_ref", event.cause_ref, limits),
    ...(event.event_id === null ? [] : idIssues("event_id", event.event_id, limits)),
    ...(event.correlation_id === null ? [] : idIssues("correlation_id", event.correlation_id, limits)),
    ...actorIssues(event, limits),
    ...timeIssues(event, limits, now),
  ];
}

function tenantIssues(tenantId: string): readonly string[] {
  if (tenantId.trim() === "") return ["tenant_id is empty"];
  return isTenantName(tenantId) ? [] : ["tenant_id is not 1 to 64 of the characters A-Z a-z 0-9 . _ -"];
}

/** The issues of an id or a reference. The bound is in bytes, because a key, a path and a token have room for bytes. */
export function idIssues(
  field: string,
  value: string,
  { idBytesMax }: Pick<IntakeLimits, "idBytesMax">,
): readonly string[] {
  if (value.trim() === "") return [`${field} is empty`];
  return [
    ...(isStorableText(value) ? [] : [`${field} has a control character or half a character in it`]),
    ...(isLonger(value, idBytesMax) ? [`${field} is longer than ${idBytesMax} bytes`] : []),
  ];
}

/** PostgreSQL takes no U+0000, and no encoding keeps half a surrogate pair; a line break in an id forges a line of a log. */
export function isStorableText(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function actorIssues({ actors }: Event, limits: IntakeLimits): readonly string[] {
  if (actors.length > limits.actorsMax) return [`actors has more than ${limits.actorsMax} people`];
  return actors.flatMap((actor, i) => [
    ...idIssues(`actors[${i}].role`, actor.role, limits),
    ...idIssues(`actors[${i}].user_id`, actor.user_id, limits),
  ]);
}

function timeIssues(event: Event, limits: IntakeLimits, now: Instant): readonly string[] {
  const issues: string[] = [];
  if (event.occurred_at < oldestMs) issues.push("occurred_at is before the year 2000; it is in milliseconds");
  if (event.occurred_at > now + limits.clockAheadMsMax) {
    issues.push("occurred_at is more than a day ahead; it is in milliseconds");
  }
  for (const field of ["expires_at", "send_at"] as const)
    issues.push(...aheadIssues(field, event[field], { limits, now }));
  if (event.send_at !== null && event.expires_at !== null && event.send_at >= event.expires_at) {
    issues.push("send_at is not before expires_at, so nothing could be sent");
  }
  return issues;
}

/** The issues of a time that may lie ahead as far as a message can wait. */
function aheadIssues(
  field: string,
  at: Instant | null,
  { limits, now }: { readonly limits: IntakeLimits; readonly now: Instant },
): readonly string[] {
  if (at === null) return [];
  if (at < oldestMs) return [`${field} is before the year 2000; it is in milliseconds`];
  return at > now + limits.horizonMsMax ? [`${field} is more than ${limits.horizonMsMax / 86_400_000} days ahead`] : [];
}

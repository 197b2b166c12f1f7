import type {
  Cancellation,
  Channel,
  Consent,
  Flag,
  Suppression,
  SuppressionOrigin,
  SuppressionReason,
  Token,
} from "#shared/contracts/records.ts";
import type { PersonRef } from "../recipient/person.ts";
import { personKey } from "./id.ts";

/**
 * Builds and parses record keys of the compacted topics: a tombstone has only its key, so the key must name what it lifts.
 * Parts are joined by `/`. A tenant id holds no `/`; a user id may; in every other part `/` and `%` are percent-encoded.
 */

/** Key of `comms.consents`. Two consents of one person share it only where channel and category agree. */
export function consentKey(consent: Pick<Consent, "tenant_id" | "user_id" | "channel" | "category">): string {
  return join(personKey(consent.tenant_id, consent.user_id), consent.channel, consent.category);
}

/**
 * Key of `comms.tokens`: the token itself, which one person has at a time. So whoever registers it replaces the owner before,
 * and a tombstone names the token that it removes.
 */
export function tokenKey({ tenant_id, token }: Pick<Token, "tenant_id" | "token">): string {
  return join(tenant_id, token);
}

/** The fields that identify a suppression. The address is present only as its hash. */
export type SuppressionName = Pick<
  Suppression,
  "tenant_id" | "channel" | "address_hash" | "reason" | "origin" | "scope"
>;

/** Key of `comms.suppression`, and the part of `suppression_id` that makes it unique. */
export function suppressionKey(name: SuppressionName): string {
  return join(name.tenant_id, name.channel, name.address_hash, name.reason, name.origin, name.scope);
}

/** What a producer caused: its reference, within its tenant. */
export interface CauseRef {
  readonly tenantId: string;
  readonly causeRef: string;
}

/** Key of `comms.cancellations`. It is that of the cause's events. */
export function cancellationKey({ tenant_id, cause_ref }: Pick<Cancellation, "tenant_id" | "cause_ref">): string {
  return `${tenant_id}/${cause_ref}`;
}

/** The cause in a key of `comms.cancellations`; undefined if `cancellationKey` does not make such a key. */
export function parseCancellationKey(key: string): CauseRef | undefined {
  const slash = key.indexOf("/");
  const causeRef = key.slice(slash + 1);
  return slash > 0 && causeRef !== "" ? { tenantId: key.slice(0, slash), causeRef } : undefined;
}

/** Key of `comms.flags`: the name for all tenants, or that of one tenant before it. A name holds no `/`. */
export function flagKey({ tenant_id, name }: Pick<Flag, "tenant_id" | "name">): string {
  return tenant_id === null ? name : `${tenant_id}/${name}`;
}

/** The flag in a key of `comms.flags`; undefined if `flagKey` does not make such a key. */
export function parseFlagKey(key: string): Pick<Flag, "tenant_id" | "name"> | undefined {
  const [name, tenant_id = null, ...rest] = key.split("/").toReversed();
  return name && tenant_id !== "" && rest.length === 0 ? { tenant_id, name } : undefined;
}

/** The person in a record key. Every parser returns undefined for a key that its builder does not make. */
export function parsePersonKey(key: string): PersonRef | undefined {
  const slash = key.indexOf("/");
  return slash > 0 ? { tenantId: key.slice(0, slash), userId: key.slice(slash + 1) } : undefined;
}

/**
 * The names in a key of `comms.consents`; undefined if `consentKey` does not make such a key. The channel may be one that
 * this build does not know.
 */
export function parseConsentKey(key: string): (PersonRef & { channel: string; category: string }) | undefined {
  const [head, channel, category] = splitTail(key, 2);
  const person = head === undefined ? undefined : parsePersonKey(head);
  return person && channel && category ? { ...person, channel, category } : undefined;
}

/** The names in a key of `comms.tokens`; undefined if `tokenKey` does not make such a key. */
export function parseTokenKey(key: string): { tenantId: string; token: string } | undefined {
  const [tenantId, token, ...rest] = key.split("/");
  return tenantId && token && rest.length === 0 ? { tenantId, token: decode(token) } : undefined;
}

/**
 * The name in a key of `comms.suppression`; undefined if `suppressionKey` does not make such a key. Values of enumerations
 * are not checked.
 */
export function parseSuppressionKey(key: string): SuppressionName | undefined {
  const [tenant_id, ...tail] = key.split("/");
  const [channel, address_hash, reason, origin, scope] = tail.map(decode);
  if (tail.length !== 5 || !tenant_id || !channel || !address_hash || !reason || !origin || !scope) return undefined;
  return {
    tenant_id,
    channel: channel as Channel,
    address_hash,
    reason: reason as SuppressionReason,
    origin: origin as SuppressionOrigin,
    scope,
  };
}

function join(head: string, ...tail: readonly string[]): string {
  return [head, ...tail.map((part) => part.replace(/[/%]/g, encodeURIComponent))].join("/");
}

/** The head of a key, followed by its last `count` parts, decoded. */
function splitTail(key: string, count: number): readonly string[] {
  const parts = key.split("/");
  if (parts.length <= count) return [];
  return [parts.slice(0, -count).join("/"), ...parts.slice(-count).map(decode)];
}

function decode(part: string): string {
  return part.replace(/%(25|2F)/gi, decodeURIComponent);
}

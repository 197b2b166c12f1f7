import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type {
  Cancellation,
  Consent,
  Flag,
  Fuse,
  Preference,
  Profile,
  Suppression,
  Template,
  Token,
} from "#shared/contracts/records.ts";
import { type CompactedTopic, isCompactedTopic } from "#shared/contracts/topics.ts";
import { parseFlag } from "../policy/flag-names.ts";
import { templateKey } from "../template/source.ts";
import { isInCalendar } from "../time/calendar.ts";
import { personKey } from "./id.ts";
import {
  cancellationKey,
  consentKey,
  flagKey,
  parseCancellationKey,
  parseConsentKey,
  parseFlagKey,
  parsePersonKey,
  parseSuppressionKey,
  parseTokenKey,
  suppressionKey,
  tokenKey,
} from "./record-keys.ts";

/** How the keys of a compacted topic are built. */
interface KeyRule {
  /** The key that a value must lie under. */
  readonly of: (value: never) => string;
  /** The same key built again from its own parts; undefined if it names nothing that the topic holds. */
  readonly again: (key: string) => string | undefined;
  /** What is wrong with a record whose key is right, a sentence without values; a tombstone has no value. */
  readonly issueOf?: (key: string, value: never) => string | undefined;
}

const person: KeyRule = {
  of: (value: Profile | Preference) => personKey(value.tenant_id, value.user_id),
  again: (key) => {
    const name = parsePersonKey(key);
    return name && name.userId !== "" ? personKey(name.tenantId, name.userId) : undefined;
  },
};

const rules: Readonly<Record<CompactedTopic, KeyRule>> = {
  "comms.profiles": person,
  "comms.preferences": person,
  "comms.consents": {
    of: (value: Consent) => consentKey(value),
    again: (key) => {
      const name = parseConsentKey(key);
      // A channel that this build does not know is still a channel.
      return (
        name && consentKey({ ...namesOf(name), channel: name.channel as Consent["channel"], category: name.category })
      );
    },
  },
  "comms.tokens": {
    of: (value: Token) => tokenKey(value),
    again: (key) => {
      const name = parseTokenKey(key);
      return name && tokenKey({ tenant_id: name.tenantId, token: name.token });
    },
  },
  "comms.suppression": {
    of: (value: Suppression) => suppressionKey(value),
    again: (key) => {
      const name = parseSuppressionKey(key);
      return name && suppressionKey(name);
    },
  },
  "comms.flags": {
    of: (value: Flag) => flagKey(value),
    again: (key) => {
      const name = parseFlagKey(key);
      return name && flagKey(name);
    },
    issueOf: flagIssue,
  },
  "comms.fuses": { of: (value: Fuse) => value.stage, again: (key) => key },
  "comms.cancellations": {
    of: (value: Cancellation) => cancellationKey(value),
    again: (key) => {
      const cause = parseCancellationKey(key);
      return cause && cancellationKey({ tenant_id: cause.tenantId, cause_ref: cause.causeRef });
    },
  },
  "comms.templates": { of: (value: Template) => templateKey(value), again: (key) => key },
};

/** The partitions that a key may lie in, the right one first, given the topic without prefix. */
export type PlacesOfKey = (topic: CompactedTopic, key: Buffer) => readonly number[];

/**
 * Why a record of a compacted topic must not be applied, in a sentence without values: its key is not its value's, names
 * nothing, or lies in another partition than its key's, where no later record can replace it and no tombstone removes it.
 * Undefined if it may be applied, or if its topic is not compacted.
 */
export function compactedIssue(record: DecodedRecord<unknown>, placesOf: PlacesOfKey): string | undefined {
  const { topic, value, origin } = record;
  if (!isCompactedTopic(topic)) return undefined;
  const issue = keyIssue(topic, origin.key, value);
  if (issue !== undefined || origin.key === null) return issue;
  const places = placesOf(topic, origin.key);
  if (places.includes(origin.partition)) return undefined;
  return `The record lies in partition ${origin.partition} and its key belongs to ${places[0]}: the producer must place keys by murmur2 (partitioner=murmur2_random)`;
}

/** The part of the check that needs no partition: whether the key is the value's, or a tombstone's key names something. */
export function keyIssue(topic: CompactedTopic, key: Buffer | null, value: unknown): string | undefined {
  const text = key?.toString("utf8") ?? "";
  const { of, again, issueOf } = rules[topic];
  const isText = key !== null && Buffer.from(text).equals(key);
  if (text === "" || !isText || again(text) !== text)
    return `The record's key does not name anything that ${topic} holds`;
  if (value !== null && (of(value as never) !== text || splitsElsewhere(value)))
    return "The record's key is not the one that its value names";
  return issueOf?.(text, value as never);
}

/** A flag that nobody heeds must not look like one that is set, or lifted. */
function flagIssue(key: string, value: Flag | null): string | undefined {
  const parsed = parseFlag(parseFlagKey(key)?.name ?? key, value?.value ?? "true");
  if (parsed.kind === "refused") return parsed.issue;
  return isInCalendar(value?.expires_at ?? 0) ? undefined : "The flag's expires_at is in no calendar";
}

/** A tenant with a `/` gives its key to another tenant: `a/b` and `c` make the key of `a` and `b/c`. */
function splitsElsewhere(value: unknown): boolean {
  return typeof value === "object" && value !== null && "tenant_id" in value && String(value.tenant_id).includes("/");
}

function namesOf({ tenantId, userId }: { readonly tenantId: string; readonly userId: string }) {
  return { tenant_id: tenantId, user_id: userId };
}

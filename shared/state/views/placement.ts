import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Consent, Suppression } from "#shared/contracts/records.ts";
import {
  parseCancellationKey,
  parseConsentKey,
  parsePersonKey,
  parseSuppressionKey,
  type SuppressionName,
} from "#shared/domain/message/record-keys.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { personFields } from "./person-fields.ts";

/** Where Redis stores a record of a compacted topic. */
interface Place {
  readonly hash: string;
  readonly field: string;
}

/** The place of a record, from its value, or from its key if it is a tombstone; undefined for a foreign key. */
export type Placement = (record: DecodedRecord<unknown>) => Place | undefined;

/** The placement of each view, by the view's name; a push token has an owner instead (`token-view.ts`). */
export function placements(keys: RedisKeys) {
  const person =
    (field: string): Placement =>
    (record) => {
      const name = parsePersonKey(keyOf(record));
      return name && { hash: keys.person(name.tenantId, name.userId), field };
    };

  const consent: Placement = (record) => {
    const value = record.value as Consent | null;
    const name = value ? { ...personOf(value), ...value } : parseConsentKey(keyOf(record));
    return (
      name && {
        hash: keys.person(name.tenantId, name.userId),
        field: personFields.consent(name.channel, name.category),
      }
    );
  };

  const suppression: Placement = (record) => {
    const name = (record.value as Suppression | null) ?? parseSuppressionKey(keyOf(record));
    return (
      name && { hash: keys.suppression(name.tenant_id, name.channel, name.address_hash), field: suppressionField(name) }
    );
  };

  const flag: Placement = (record) => ({ hash: keys.flags(), field: keyOf(record) });

  const cancellation: Placement = (record) => {
    const cause = parseCancellationKey(keyOf(record));
    return cause && { hash: keys.cancellation(cause.tenantId, cause.causeRef), field: "cancellation" };
  };

  return {
    profiles: person(personFields.profile),
    preferences: person(personFields.preference),
    consents: consent,
    flags: flag,
    suppression,
    cancellations: cancellation,
  } as const;
}

function suppressionField(name: SuppressionName): string {
  return `${name.reason}:${name.origin}:${name.scope}`;
}

function personOf(value: { readonly tenant_id: string; readonly user_id: string }) {
  return { tenantId: value.tenant_id, userId: value.user_id };
}

function keyOf(record: DecodedRecord<unknown>): string {
  return record.origin.key?.toString("utf8") ?? "";
}

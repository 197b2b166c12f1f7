import type { Channel, Send, Suppression } from "#shared/avro/records.ts";
import type { Instant } from "#shared/clock/clock.ts";
import type { AddressHasher } from "#shared/crypto/address-hash.ts";
import { hasAddresses } from "#shared/recipient/address.ts";
import type { AddressRef, Person, Views } from "#shared/views/views.ts";
import type { ChannelAdapter, Target, Targets } from "./adapter.ts";
import type { Addressed, SendFacts } from "./core/facts.ts";
import { hotWindowMs, type Ledger } from "./ledger.ts";
import type { SentArchive } from "./sent-archive.ts";

/** What a sender looks things up in, a batch at a time. */
export interface GatherParts {
  readonly channel: Channel;
  readonly adapter: Pick<ChannelAdapter, "targets">;
  readonly views: Pick<Views, "persons" | "suppressions">;
  readonly ledger: Pick<Ledger, "peek">;
  readonly archive: SentArchive;
  readonly hasher: AddressHasher;
}

/**
 * What a batch of send records needs to be decided: persons, ledger and (for what is old) the archive at once, then the
 * suppressions of the addresses that the persons have now.
 */
export async function gather(parts: GatherParts, sends: readonly Send[], now: Instant): Promise<readonly SendFacts[]> {
  const [persons, states, archived] = await Promise.all([
    parts.views.persons(sends.map(({ tenant_id, user_id }) => ({ tenantId: tenant_id, userId: user_id }))),
    parts.ledger.peek(
      sends.map(({ msg_id, attempt }) => ({ msgId: msg_id, attempt })),
      now,
    ),
    parts.archive.wasSent(sends.filter((send) => isOld(send, now)).map(({ msg_id }) => msg_id)),
  ]);
  const targets = sends.map((send, index) => parts.adapter.targets(persons.value[index] as Person, send));
  const found = await suppressions(parts, sends, targets);
  return sends.map((send, index) => {
    const ledger = states[index];
    if (!ledger) throw new Error(`The ledger answered for ${states.length} of ${sends.length} messages`);
    const to = targets[index] as Targets;
    return {
      ledger,
      archived: archived.has(send.msg_id),
      wishes: persons.value[index] as Person,
      to: typeof to === "string" ? to : to.map((target) => addressed(parts, send, target, found.of)),
      viewsAsOf: Math.min(persons.asOf, found.asOf),
    };
  });
}

/** Whether the ledger may have forgotten it. A replayed event gives a fresh send record, hence the older of the two. */
function isOld({ occurred_at, queued_at }: Send, now: Instant): boolean {
  return Math.min(occurred_at, queued_at) < now - hotWindowMs;
}

type Find = (tenantId: string, hash: string) => readonly Suppression[];

/** Under every pepper, since an entry may be as old as the last rotation. */
async function suppressions(
  { channel, views, hasher }: GatherParts,
  sends: readonly Send[],
  targets: readonly Targets[],
): Promise<{ readonly of: Find; readonly asOf: Instant }> {
  if (!hasAddresses(channel)) return { of: () => [], asOf: Number.POSITIVE_INFINITY };
  const refs = sends.flatMap(({ tenant_id }, index): readonly AddressRef[] => {
    const to = targets[index] ?? "none";
    const addresses = typeof to === "string" ? [] : to.map(({ address }) => address);
    const hashes = addresses.flatMap((address) => hasher.hashes(channel, address));
    return hashes.map((addressHash) => ({ tenantId: tenant_id, channel, addressHash }));
  });
  const { value, asOf } = await views.suppressions(refs);
  const entries = new Map(refs.map((ref, index) => [`${ref.tenantId}/${ref.addressHash}`, value[index] ?? []]));
  return { of: (tenantId, hash) => entries.get(`${tenantId}/${hash}`) ?? [], asOf };
}

function addressed({ channel, hasher }: GatherParts, send: Send, { address, deviceId }: Target, find: Find): Addressed {
  if (!hasAddresses(channel)) return { address, deviceId, hash: "", suppressions: [] };
  const hashes = hasher.hashes(channel, address);
  const entries = hashes.flatMap((hash) => find(send.tenant_id, hash));
  return { address, deviceId, hash: hashes[0] ?? "", suppressions: entries };
}

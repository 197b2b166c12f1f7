import type { Channel, Suppression } from "#shared/contracts/records.ts";
import { hasAddresses } from "#shared/domain/channel/channels.ts";
import type { AddressedTarget, AddressedTargets } from "#shared/domain/delivery/facts.ts";
import type { Target, Targets } from "#shared/domain/delivery/target.ts";
import type { AddressRef } from "#shared/domain/recipient/person.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { Aged, Views } from "./views.ts";

/** Where one message goes, before its addresses are looked at. */
interface TargetsOnChannel {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly targets: Targets;
}

/** What names the addresses, and what knows their entries. */
interface AddressParts {
  readonly views: Pick<Views, "suppressions">;
  readonly hasher: Pick<AddressHasher, "hashes">;
}

/**
 * Adds to each target the hash of its address and the suppressions of it, in the order of the batch and in one trip.
 * Addresses are looked up under every pepper, because an entry may be older than the last rotation; the hash is the one
 * under the current pepper, and empty where a channel has no addresses. If the batch has none at all, nothing is asked, and
 * the age is 0. Throws what `Views` says.
 */
export async function lookUpTargets(
  batch: readonly TargetsOnChannel[],
  { views, hasher }: AddressParts,
): Promise<Aged<readonly AddressedTargets[]>> {
  const hashed = batch.map((one) => hashTargets(one, hasher));
  const refs = hashed.flatMap((targets) => (typeof targets === "string" ? [] : targets.flatMap((one) => one.refs)));
  const { value, ageMs } = refs.length === 0 ? { value: [], ageMs: 0 } : await views.suppressions(refs);
  const entries = new Map(refs.map((ref, index) => [ref, value[index] ?? []]));
  const addressed = hashed.map((targets) =>
    typeof targets === "string" ? targets : targets.map((one) => withEntries(one, entries)),
  );
  return { value: addressed, ageMs };
}

/** A target with the names that its suppressions may be stored under, the current one first. */
interface HashedTarget {
  readonly target: Target;
  readonly refs: readonly AddressRef[];
}

function hashTargets(
  { tenantId, channel, targets }: TargetsOnChannel,
  hasher: AddressParts["hasher"],
): readonly HashedTarget[] | Extract<Targets, string> {
  if (typeof targets === "string") return targets;
  if (!hasAddresses(channel)) return targets.map((target) => ({ target, refs: [] }));
  return targets.map((target) => {
    const hashes = hasher.hashes(channel, target.address);
    return { target, refs: hashes.map((addressHash) => ({ tenantId, channel, addressHash })) };
  });
}

function withEntries(
  { target, refs }: HashedTarget,
  entries: ReadonlyMap<AddressRef, readonly Suppression[]>,
): AddressedTarget {
  return {
    ...target,
    hash: refs[0]?.addressHash ?? "",
    suppressions: refs.flatMap((ref) => entries.get(ref) ?? []),
  };
}

import type { Accepted, Channel, Suppression } from "#shared/contracts/records.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import { addressOf, hasAddresses } from "#shared/domain/recipient/address.ts";
import type { AddressRef, Person } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { normaliseAddress } from "#shared/platform/crypto/address.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { Dedupe, DedupeClaim } from "#shared/state/dedupe/dedupe.ts";
import type { Views } from "#shared/state/views/views.ts";
import {
  type AddressState,
  type ChannelFacts,
  channelsToLookAt,
  type RoutingFacts,
  type TemplateChoice,
} from "./core/facts.ts";
import { type GateEvaluation, goesOn } from "./core/gate-evaluation.ts";

/** The published templates, as the router needs them. */
interface PublishedTemplates {
  active(name: string, channel: Channel): TemplateChoice | undefined;
  version(name: string, channel: Channel, version: number): TemplateChoice | undefined;
}

export interface Lookups {
  readonly views: Views;
  readonly hasher: Pick<AddressHasher, "hashes">;
  readonly templates: PublishedTemplates;
}

/** A channel of a record, with its address and the hashes under which entries for it may lie. */
interface Lead {
  readonly channel: Channel;
  readonly address: AddressState;
  readonly refs: readonly AddressRef[];
}

/**
 * The facts of a batch in two trips to Redis. Two, because an entry on the suppression list lies under the hash of an
 * address, and the address comes with the person.
 */
export async function lookUp(
  batch: readonly Accepted[],
  { views, hasher, templates }: Lookups,
): Promise<readonly RoutingFacts[]> {
  const refs = batch.map(({ tenant_id, user_id }) => ({ tenantId: tenant_id, userId: user_id }));
  const [persons, flags] = await Promise.all([views.persons(refs), views.flags()]);
  const found = batch.map((accepted, i) => {
    const person = persons.value[i] ?? nobody;
    return {
      accepted,
      person,
      leads: channelsToLookAt(accepted).map((channel) => leadOf(accepted, person, channel, hasher)),
    };
  });
  const entries = await entriesFor(
    found.flatMap(({ leads }) => leads.flatMap(({ refs }) => refs)),
    views,
  );
  return found.map(({ accepted, person, leads }) => ({
    person,
    flags: flags.value,
    channels: new Map(leads.map((lead) => [lead.channel, wayOf(accepted, lead, entries, templates)])),
  }));
}

const nobody: Person = { profile: null, preference: null, consents: [], tokens: [] };

function leadOf(accepted: Accepted, person: Person, channel: Channel, hasher: Lookups["hasher"]): Lead {
  const plain = addressOf(person, channel);
  const address = addressState(person, channel, plain);
  const hashes = plain !== undefined && address === "usable" ? hasher.hashes(channel, plain) : [];
  return {
    channel,
    address,
    refs: hashes.map((addressHash) => ({ tenantId: accepted.tenant_id, channel, addressHash })),
  };
}

function addressState(person: Person, channel: Channel, plain: string | undefined): AddressState {
  if (channel === "INAPP") return "none needed";
  if (channel === "PUSH") return person.tokens.length > 0 ? "usable" : "missing";
  if (plain === undefined || !hasAddresses(channel)) return "missing";
  return normaliseAddress(channel, plain) === undefined ? "unusable" : "usable";
}

async function entriesFor(
  refs: readonly AddressRef[],
  views: Views,
): Promise<ReadonlyMap<AddressRef, readonly Suppression[]>> {
  if (refs.length === 0) return new Map();
  const { value } = await views.suppressions(refs);
  return new Map(refs.map((ref, i) => [ref, value[i] ?? []]));
}

function wayOf(
  accepted: Accepted,
  { channel, address, refs }: Lead,
  entries: ReadonlyMap<AddressRef, readonly Suppression[]>,
  templates: PublishedTemplates,
): ChannelFacts {
  return {
    address,
    addressHash: refs[0]?.addressHash ?? null,
    suppressions: refs.flatMap((ref) => entries.get(ref) ?? []),
    template: templateFor(accepted, channel, templates),
  };
}

/**
 * The pinned version where there is one, unless it was withdrawn: then the active one. A template that was taken down
 * altogether also stops what waits for it (TPL-11).
 */
function templateFor({ template_name, template_version }: Accepted, channel: Channel, templates: PublishedTemplates) {
  const active = templates.active(template_name, channel);
  if (!active || template_version === null) return active;
  return templates.version(template_name, channel, template_version) ?? active;
}

/** Claims the dedupe key of every message that goes on, in one trip, and says who holds each. */
export async function claimKeys(
  batch: readonly { readonly accepted: Accepted; readonly rulings: readonly GateEvaluation[] }[],
  dedupe: Dedupe,
  now: Instant,
): Promise<ReadonlyMap<MsgId, string>> {
  const claimants = batch.flatMap(({ accepted, rulings }) =>
    rulings.filter(goesOn).map(({ message }) => ({ message, claim: claimOf(accepted, message) })),
  );
  if (claimants.length === 0) return new Map();
  const owners = await dedupe.claim(
    claimants.map(({ claim }) => claim),
    now,
  );
  return new Map(claimants.map(({ message }, i) => [message.msgId, owners[i] ?? message.msgId]));
}

function claimOf(accepted: Accepted, { channel, msgId }: GateEvaluation["message"]): DedupeClaim {
  return { tenantId: accepted.tenant_id, userId: accepted.user_id, channel, key: accepted.dedupe_key, msgId };
}

import type { Accepted, Channel, Suppression } from "#shared/contracts/records.ts";
import { hasAddresses, targetsOf } from "#shared/domain/channel/channels.ts";
import type { Recipient } from "#shared/domain/channel/descriptor.ts";
import type { Targets } from "#shared/domain/delivery/target.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import type { AddressRef, Person } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
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

/** The published templates that the router chooses from. */
interface PublishedTemplates {
  active(name: string, channel: Channel): TemplateChoice | undefined;
  version(name: string, channel: Channel, version: number): TemplateChoice | undefined;
}

/** The clients that the facts of a batch come from. */
export interface Lookups {
  readonly views: Views;
  readonly hasher: Pick<AddressHasher, "hashes">;
  readonly templates: PublishedTemplates;
}

/** A channel of a record, with its address and the hashes that its suppressions may be stored under. */
interface ChannelLookup {
  readonly channel: Channel;
  readonly address: AddressState;
  readonly refs: readonly AddressRef[];
}

/**
 * Looks up the facts of a batch in two trips to Redis. The second trip needs the first: a suppression is stored under the
 * hash of an address, and the address comes with the person.
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
      lookups: channelsToLookAt(accepted).map((channel) =>
        channelLookup(channel, { tenantId: accepted.tenant_id, userId: accepted.user_id, person }, hasher),
      ),
    };
  });
  const refsFound = found.flatMap(({ lookups }) => lookups.flatMap((lookup) => lookup.refs));
  const suppressions = await suppressionsOf(refsFound, views);
  return found.map(({ accepted, person, lookups }) => ({
    person,
    flags: flags.value,
    channels: new Map(
      lookups.map((lookup) => {
        const template = templateFor(accepted, lookup.channel, templates);
        return [lookup.channel, channelFacts(lookup, suppressions, template)];
      }),
    ),
  }));
}

const nobody: Person = { profile: null, preference: null, consents: [], tokens: [] };

interface TenantRecipient extends Recipient {
  readonly tenantId: string;
}

function channelLookup(channel: Channel, recipient: TenantRecipient, hasher: Lookups["hasher"]): ChannelLookup {
  const targets = targetsOf(channel, recipient);
  const address = typeof targets !== "string" && hasAddresses(channel) ? targets[0]?.address : undefined;
  const hashes = address === undefined ? [] : hasher.hashes(channel, address);
  return {
    channel,
    address: addressState(channel, targets),
    refs: hashes.map((addressHash) => ({ tenantId: recipient.tenantId, channel, addressHash })),
  };
}

function addressState(channel: Channel, targets: Targets): AddressState {
  if (targets === "none") return "missing";
  if (targets === "invalid") return "unusable";
  return channel === "INAPP" ? "none needed" : "usable";
}

type SuppressionsByRef = ReadonlyMap<AddressRef, readonly Suppression[]>;

async function suppressionsOf(refs: readonly AddressRef[], views: Views): Promise<SuppressionsByRef> {
  if (refs.length === 0) return new Map();
  const { value } = await views.suppressions(refs);
  return new Map(refs.map((ref, i) => [ref, value[i] ?? []]));
}

function channelFacts(
  { address, refs }: ChannelLookup,
  suppressions: SuppressionsByRef,
  template: TemplateChoice | undefined,
): ChannelFacts {
  return {
    address,
    addressHash: refs[0]?.addressHash ?? null,
    suppressions: refs.flatMap((ref) => suppressions.get(ref) ?? []),
    template,
  };
}

/**
 * The pinned version, or the active one if none is pinned or the pinned one was withdrawn. A template without an active
 * version also stops the messages that wait for it (TPL-11).
 */
function templateFor({ template_name, template_version }: Accepted, channel: Channel, templates: PublishedTemplates) {
  const active = templates.active(template_name, channel);
  if (!active || template_version === null) return active;
  return templates.version(template_name, channel, template_version) ?? active;
}

/** Claims the dedupe key of every message that goes on, in one trip, and returns the owner of each key. */
export async function claimKeys(
  batch: readonly { readonly accepted: Accepted; readonly evaluations: readonly GateEvaluation[] }[],
  dedupe: Dedupe,
  now: Instant,
): Promise<ReadonlyMap<MsgId, string>> {
  const claimants = batch.flatMap(({ accepted, evaluations }) =>
    evaluations.filter(goesOn).map(({ message }) => ({ message, claim: claimOf(accepted, message) })),
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

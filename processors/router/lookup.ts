import type { Accepted, Channel, Suppression } from "#shared/contracts/records.ts";
import { hasAddresses, targetsOf } from "#shared/domain/channel/channels.ts";
import type { Recipient } from "#shared/domain/channel/descriptor.ts";
import type { AddressedTargets } from "#shared/domain/delivery/facts.ts";
import type { Target, Targets } from "#shared/domain/delivery/target.ts";
import type { AddressRef, Person } from "#shared/domain/recipient/person.ts";
import type { TemplateChoice } from "#shared/domain/template/template-choice.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { Views } from "#shared/state/views/views.ts";
import { channelsToLookAt, type RoutingFacts } from "./core/facts.ts";

/** The published templates that the router chooses from. */
interface PublishedTemplates {
  active(name: string, channel: Channel): TemplateChoice | undefined;
  version(name: string, channel: Channel, version: number): TemplateChoice | undefined;
}

/** The clients that the facts of a batch come from. */
export interface LookupParts {
  readonly views: Views;
  readonly hasher: Pick<AddressHasher, "hashes">;
  readonly templates: PublishedTemplates;
}

/** A record with the facts that its gates look at. */
interface FoundRecord {
  readonly accepted: Accepted;
  readonly facts: RoutingFacts;
}

/** A channel of a record, with its targets and, for each, the hashes that its suppressions may be stored under. */
interface ChannelLookup {
  readonly channel: Channel;
  readonly targets: Targets;
  readonly refs: ReadonlyMap<Target, readonly AddressRef[]>;
}

/**
 * Looks up the facts of a batch in two trips to Redis. The second trip needs the first: a suppression is stored under the
 * hash of an address, and the address comes with the person.
 */
export async function lookup(batch: readonly Accepted[], parts: LookupParts): Promise<readonly FoundRecord[]> {
  const { views, hasher, templates } = parts;
  const refs = batch.map(({ tenant_id, user_id }) => ({ tenantId: tenant_id, userId: user_id }));
  const [persons, flags] = await Promise.all([views.persons(refs), views.flags()]);
  const found = batch.map((accepted, i) => {
    const person = persons.value[i] ?? nobody;
    const recipient = { tenantId: accepted.tenant_id, userId: accepted.user_id, person };
    return {
      accepted,
      person,
      channels: channelsToLookAt(accepted).map((channel) => lookAt(channel, recipient, hasher)),
    };
  });
  const refsFound = found.flatMap(({ channels }) => channels.flatMap((channel) => [...channel.refs.values()].flat()));
  const suppressions = await suppressionsOf(refsFound, views);
  return found.map(({ accepted, person, channels }) => {
    const facts = channels.map((channel) => {
      const template = templateFor(accepted, channel.channel, templates);
      return [channel.channel, { to: addressed(channel, suppressions), template }] as const;
    });
    return { accepted, facts: { person, flags: flags.value, channels: new Map(facts) } };
  });
}

const nobody: Person = { profile: null, preference: null, consents: [], tokens: [] };

interface TenantRecipient extends Recipient {
  readonly tenantId: string;
}

function lookAt(channel: Channel, recipient: TenantRecipient, hasher: LookupParts["hasher"]): ChannelLookup {
  const targets = targetsOf(channel, recipient);
  const hashable = typeof targets === "string" || !hasAddresses(channel) ? [] : targets;
  const refs = hashable.map((target): readonly [Target, readonly AddressRef[]] => {
    const hashes = hasher.hashes(channel, target.address);
    return [target, hashes.map((addressHash) => ({ tenantId: recipient.tenantId, channel, addressHash }))];
  });
  return { channel, targets, refs: new Map(refs) };
}

type SuppressionsByRef = ReadonlyMap<AddressRef, readonly Suppression[]>;

async function suppressionsOf(refs: readonly AddressRef[], views: Views): Promise<SuppressionsByRef> {
  if (refs.length === 0) return new Map();
  const { value } = await views.suppressions(refs);
  return new Map(refs.map((ref, i) => [ref, value[i] ?? []]));
}

/** The targets with the entries of their addresses; the first hash is the one under the current pepper. */
function addressed({ targets, refs }: ChannelLookup, suppressions: SuppressionsByRef): AddressedTargets {
  if (typeof targets === "string") return targets;
  return targets.map((target) => {
    const own = refs.get(target) ?? [];
    return {
      ...target,
      hash: own[0]?.addressHash ?? "",
      suppressions: own.flatMap((ref) => suppressions.get(ref) ?? []),
    };
  });
}

/**
 * The pinned version, or the active one if none is pinned or the pinned one was withdrawn. A template without an active
 * version also stops the messages that wait for it (TPL-11).
 */
function templateFor(
  { template_name, template_version }: Accepted,
  channel: Channel,
  templates: PublishedTemplates,
): TemplateChoice | undefined {
  const active = templates.active(template_name, channel);
  if (!active || template_version === null) return active;
  return templates.version(template_name, channel, template_version) ?? active;
}

import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { laterCancellation, readCancellation } from "#shared/domain/cancellation/cancellation.ts";
import { targetsOf } from "#shared/domain/channel/channels.ts";
import type { AddressedTargets } from "#shared/domain/delivery/facts.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import type { TemplateChoice } from "#shared/domain/template/template-choice.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { lookUpTargets } from "#shared/state/views/addressed-targets.ts";
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
  /** How old the views may be for what is not critical, ms. */
  readonly viewAgeMsMax: number;
}

/** A record with the facts that its gates look at. */
interface FoundRecord {
  readonly accepted: Accepted;
  readonly facts: RoutingFacts;
}

/**
 * Looks up the facts of a batch in two trips to Redis. The second trip needs the first: a suppression is stored under the
 * hash of an address, and the address comes with the person.
 */
export async function lookup(
  batch: readonly Pick<DecodedRecord<Accepted>, "value" | "origin">[],
  parts: LookupParts,
): Promise<readonly FoundRecord[]> {
  const { views, hasher, templates } = parts;
  const refs = batch.map(({ value: { tenant_id, user_id } }) => ({ tenantId: tenant_id, userId: user_id }));
  const causes = batch.map(({ value: { tenant_id, cause_ref } }) => ({ tenantId: tenant_id, causeRef: cause_ref }));
  const [persons, stops] = await Promise.all([views.persons(refs), views.stops(causes)]);
  const found = batch.map(({ value: accepted, origin }, index) => {
    const person = persons.value[index] ?? nobody;
    const { tenant_id: tenantId, user_id: userId } = accepted;
    const channels = channelsToLookAt(accepted).map((channel) => {
      return { tenantId, channel, targets: targetsOf(channel, { userId, person }) };
    });
    // A record that the scheduler gives back for its cancellation carries it: the view may be a moment behind.
    const cancellation = laterCancellation(stops.value.cancellations[index] ?? null, readCancellation(origin.headers));
    return { accepted, person, channels, cancellation };
  });
  const asked = found.flatMap(({ channels }) => channels);
  const { value, ageMs } = await lookUpTargets(asked, { views, hasher });
  const age = { ageMs: Math.max(persons.ageMs, stops.ageMs, ageMs), ageMsMax: parts.viewAgeMsMax };
  const addressed = new Map(asked.map((one, index) => [one, value[index] as AddressedTargets]));
  const { flags } = stops.value;
  return found.map(({ accepted, person, channels, cancellation }) => {
    const facts = channels.map((one) => {
      const template = templateFor(accepted, one.channel, templates);
      return [one.channel, { to: addressed.get(one) ?? "none", template }] as const;
    });
    return { accepted, facts: { person, flags, cancellation, views: age, channels: new Map(facts) } };
  });
}

const nobody: Person = { profile: null, preference: null, consents: [], tokens: [] };

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

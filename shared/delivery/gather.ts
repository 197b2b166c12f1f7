import type { Channel, Send } from "#shared/contracts/records.ts";
import { targetsOf } from "#shared/domain/channel/channels.ts";
import type { AddressedTargets, SendFacts } from "#shared/domain/delivery/facts.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import { hotWindowMs, type Ledger } from "#shared/state/ledger/ledger.ts";
import type { SentArchive } from "#shared/state/ledger/sent-archive.ts";
import { lookUpTargets } from "#shared/state/views/addressed-targets.ts";
import type { Views } from "#shared/state/views/views.ts";
import type { Route } from "./accounts.ts";
import type { RecentFlags } from "./recent-flags.ts";

/** Where a sender looks up what it needs, a batch at a time. */
export interface GatherParts {
  readonly channel: Channel;
  readonly views: Pick<Views, "persons" | "suppressions" | "stops">;
  readonly flags: Pick<RecentFlags, "note">;
  readonly route: Route;
  readonly ledger: Pick<Ledger, "peek">;
  readonly archive: SentArchive;
  readonly hasher: AddressHasher;
}

/**
 * The facts that decide a batch of send records, in five trips at most: persons, then the suppressions of the addresses that
 * they have now; at the same time the flags and the cancellations of their causes, and the ledger, then the archive for the messages that
 * the ledger does not know.
 */
export async function gather(parts: GatherParts, sends: readonly Send[], now: Instant): Promise<readonly SendFacts[]> {
  const causes = sends.map(({ tenant_id, cause_ref }) => ({ tenantId: tenant_id, causeRef: cause_ref }));
  const [{ persons, targets }, stops, { states, archived }] = await Promise.all([
    gatherPersons(parts, sends),
    parts.views.stops(causes),
    gatherHistory(parts, sends, now),
  ]);
  parts.flags.note(stops.value.flags, now);
  return sends.map((send, index) => {
    const ledger = states[index];
    if (!ledger) throw new Error(`The ledger answered for ${states.length} of ${sends.length} messages`);
    return {
      ledger,
      archived: archived(send),
      preferences: persons.value[index] as Person,
      to: targets.value[index] as AddressedTargets,
      cancellation: stops.value.cancellations[index] ?? null,
      flags: stops.value.flags,
      account: parts.route(send)[0],
      viewsAgeMs: Math.max(persons.ageMs, stops.ageMs, targets.ageMs),
    };
  });
}

async function gatherPersons({ channel, views, hasher }: GatherParts, sends: readonly Send[]) {
  const refs = sends.map(({ tenant_id, user_id }) => ({ tenantId: tenant_id, userId: user_id }));
  const persons = await views.persons(refs);
  const found = refs.map(({ tenantId, userId }, index) => {
    const person = persons.value[index] as Person;
    return { tenantId, channel, targets: targetsOf(channel, { userId, person }) };
  });
  return { persons, targets: await lookUpTargets(found, { views, hasher }) };
}

/**
 * What is known of earlier sends. A first attempt that the ledger does not know may be a replayed event with fresh times
 * whose message the ledger has forgotten: only the archive knows.
 */
async function gatherHistory({ ledger, archive }: GatherParts, sends: readonly Send[], now: Instant) {
  const messages = sends.map(({ msg_id, attempt, reopens }) => ({ msgId: msg_id, attempt, reopens }));
  const states = await ledger.peek(messages, now);
  const unknown = sends.filter(
    (send, index) => isOld(send, now) || (send.attempt === 1 && states[index]?.kind === "free"),
  );
  return { states, archived: await archivedOf(archive, unknown, now) };
}

/** In an outage of the archive the gates decide, for each message by itself. */
async function archivedOf(
  archive: SentArchive,
  sends: readonly Send[],
  now: Instant,
): Promise<(send: Send) => SendFacts["archived"]> {
  const ids = sends.map(({ msg_id }) => msg_id);
  try {
    const sent = await archive.wasSent(ids);
    return ({ msg_id }) => sent.has(msg_id);
  } catch (error) {
    if (!isRetryable(error)) throw error;
    const unknown = new Set(ids);
    return (send) => (unknown.has(send.msg_id) ? (isOld(send, now) ? "forgotten" : "unknown") : false);
  }
}

/** Whether the ledger has certainly forgotten it. A replayed event gives a fresh send record, so the older time counts. */
function isOld({ occurred_at, queued_at }: Send, now: Instant): boolean {
  return Math.min(occurred_at, queued_at) < now - hotWindowMs;
}

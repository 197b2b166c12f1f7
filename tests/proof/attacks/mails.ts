import type { Character } from "#cli/demo/people.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import type { World } from "#tests/support/world.ts";

/** The mails that the provider took for these people, by its own ledger. */
export async function mailsTo(world: World, people: readonly Character[]): Promise<readonly CallEntry[]> {
  const addresses = new Set(people.map(({ email }) => email));
  const taken = await world.ledger({ provider: "ses", outcome: "accepted" });
  return taken.filter(({ recipient }) => addresses.has(recipient ?? ""));
}

/** How many of these people were mailed, however often. */
export async function mailedOf(world: World, people: readonly Character[]): Promise<number> {
  return new Set((await mailsTo(world, people)).map(({ recipient }) => recipient)).size;
}

/** How many messages these calls are for. */
export function messagesOf(taken: readonly CallEntry[]): number {
  return new Set(taken.map(({ msg_id }) => msg_id)).size;
}

/** How many messages of those due were lost, and how many calls were one too many. */
export function offBy(taken: readonly CallEntry[], due: number): number {
  const messages = messagesOf(taken);
  return due - messages + (taken.length - messages);
}

/** The record that suppresses a person's address, as `feedback` or an operator writes it. */
export function suppressionOf(world: World, { email }: Character, reason: Suppression["reason"]): OutRecord {
  const name = {
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: world.platform.hasher.hash("EMAIL", email),
    reason,
    origin: reason === "LEGAL" ? "ADMIN" : "PROVIDER",
    scope: "all",
  } as const;
  const key = suppressionKey(name);
  const created_at = Date.now();
  const value: Suppression = {
    ...name,
    suppression_id: deriveId("suppression", key),
    created_at,
    msg_id: null,
    evidence: "attack",
  };
  const topic = "comms.suppression";
  return { topic: world.prefix + topic, key, value: world.platform.codec().encode(topic, value) };
}

/** Waits until the view in Redis holds an entry for each of these people. */
export async function untilSuppressed(world: World, people: readonly Character[]): Promise<void> {
  const refs = people.map(({ email }) => ({
    tenantId: "default",
    channel: "EMAIL" as const,
    addressHash: world.platform.hasher.hash("EMAIL", email),
  }));
  const known = async () => (await world.platform.views().suppressions(refs)).value.every(({ length }) => length > 0);
  await eventually(known, "the view to have the suppressions", 20_000);
}

/** Seconds with one digit. */
export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

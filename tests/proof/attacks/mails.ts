import type { Character } from "#cli/demo/people.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
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

/** Seconds with one digit. */
export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

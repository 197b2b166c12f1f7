import { readFile } from "node:fs/promises";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";

/** What the providers accepted of these messages, by the simulator's ledger. */
export interface ProvidersAccount {
  /** Messages that a provider accepted at least once, by channel. */
  readonly taken: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many times a message reached a recipient that already had it, summed over all messages. */
  readonly duplicates: number;
}

/** Reads the simulator's ledger: every call that it received. Does not read the topics. */
export async function providersAccount(path: string, msgIds: ReadonlySet<string>): Promise<ProvidersAccount> {
  const times = new Map<string, number>();
  const taken = new Map<string, Set<string>>();
  for (const { outcome, msg_id, recipient = "", channel } of await entries(path)) {
    if (outcome !== "accepted" || msg_id === undefined || !msgIds.has(msg_id)) continue;
    times.set(`${msg_id} ${recipient}`, (times.get(`${msg_id} ${recipient}`) ?? 0) + 1);
    taken.set(channel, (taken.get(channel) ?? new Set()).add(msg_id));
  }
  return { taken, duplicates: [...times.values()].reduce((sum, each) => sum + each - 1, 0) };
}

async function entries(path: string): Promise<readonly CallEntry[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as CallEntry);
}

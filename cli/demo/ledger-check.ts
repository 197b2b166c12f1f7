import { readFile } from "node:fs/promises";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";

/** What the providers took of these messages, by their own account. */
export interface ProvidersAccount {
  /** Messages that a provider took at least once, by channel. */
  readonly taken: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many more times than once a message reached one and the same recipient, in all. */
  readonly duplicates: number;
}

/** Reads the simulator's ledger: every call that it received, whatever the topics say. */
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

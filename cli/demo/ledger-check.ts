import { readFile } from "node:fs/promises";
import type { LedgerEntry } from "#simulator/ledger/entry.ts";

/** What the providers took of these messages, by their own account. */
export interface ProvidersAccount {
  /** Messages that a provider took at least once, by channel. */
  readonly sent: Readonly<Record<string, number>>;
  /** How many more times than once a message reached one and the same recipient, in all. */
  readonly duplicates: number;
}

/** Reads the simulator's ledger: every call that it received, whatever the topics say. */
export async function providersAccount(path: string, msgIds: ReadonlySet<string>): Promise<ProvidersAccount> {
  const taken = new Map<string, number>();
  const messages = new Map<string, string>();
  for (const entry of await entries(path)) {
    if (entry.outcome !== "accepted" || entry.msg_id === undefined || !msgIds.has(entry.msg_id)) continue;
    const key = `${entry.msg_id} ${entry.recipient ?? ""}`;
    taken.set(key, (taken.get(key) ?? 0) + 1);
    messages.set(entry.msg_id, entry.channel);
  }
  const sent: Record<string, number> = {};
  for (const channel of messages.values()) sent[channel] = (sent[channel] ?? 0) + 1;
  return { sent, duplicates: [...taken.values()].reduce((sum, times) => sum + times - 1, 0) };
}

async function entries(path: string): Promise<readonly LedgerEntry[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerEntry);
}

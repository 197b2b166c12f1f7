import { setTimeout as sleep } from "node:timers/promises";

const pollMsDefault = 50;

export interface Patience {
  /** How long to ask. */
  readonly ms: number;
  /** How long to wait between two questions. Default 50. */
  readonly pollMs?: number;
}

/**
 * Asks until the answer is neither undefined nor false, and gives it. Rejects after so many ms with what was waited
 * for, and with the last error where asking itself failed. For what no topic shows: tables, metrics, a provider's ledger.
 */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  waitingFor: string,
  patience: number | Patience,
): Promise<T> {
  const { ms, pollMs = pollMsDefault } = typeof patience === "number" ? { ms: patience } : patience;
  const end = Date.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`Waited ${ms / 1000} s in vain for ${waitingFor}`, { cause: last });
    await sleep(pollMs);
  }
}

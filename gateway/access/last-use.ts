import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { KeyTable } from "./key-table.ts";

/** How often uses are written. A request writes none. ms. */
export const notedEveryMs = 60_000;

/** When each key was last used, written once a minute and at the end. What cannot be written waits for the next time. */
export interface LastUse {
  used(keyId: string): void;
  /** Writes until the signal aborts, and once more then. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export function createLastUse({
  table,
  clock,
}: {
  readonly table: Pick<KeyTable, "noteUses">;
  readonly clock: Clock;
}): LastUse {
  let uses = new Map<string, Instant>();

  async function write(): Promise<void> {
    const taken = uses;
    if (taken.size === 0) return;
    uses = new Map();
    await table.noteUses(taken).catch(() => {
      for (const [keyId, at] of taken) if (!uses.has(keyId)) uses.set(keyId, at);
    });
  }

  return {
    used: (keyId) => void uses.set(keyId, clock.now()),
    run: async (signal) => {
      while (!signal.aborted) {
        await clock.sleep(notedEveryMs, signal);
        await write();
      }
    },
  };
}

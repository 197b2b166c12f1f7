import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import type { KeyCache } from "./key-cache.ts";
import type { KeySubscription } from "./key-table.ts";

export interface KeyWatchParts {
  /** Opens a connection that tells the id of each key that changes. */
  readonly subscribe: (onChange: (keyId: string) => void) => Promise<KeySubscription>;
  readonly cache: Pick<KeyCache, "confirm" | "doubtBefore" | "forget" | "ageMs">;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "set">;
}

/** How often the table is asked what has changed: no notification comes over a connection that is dead without a word. ms. */
const askEveryMs = 300;

/**
 * Keeps the known keys up to date until the signal aborts: a change is told at once, and asked for three times a second. A
 * connection that is lost is opened again. Never rejects.
 */
export async function watchKeys(parts: KeyWatchParts, signal: AbortSignal): Promise<void> {
  const { clock } = parts;
  while (!signal.aborted) {
    await listen(parts, signal).catch(() => {});
    tellAge(parts);
    await clock.sleep(askEveryMs, signal);
  }
}

async function listen(parts: KeyWatchParts, signal: AbortSignal): Promise<void> {
  const { subscribe, cache, clock } = parts;
  const subscription = await subscribe((keyId) => cache.forget(keyId));
  // Nobody listened before.
  cache.doubtBefore(clock.now());
  try {
    while (!signal.aborted) {
      const at = clock.now();
      cache.confirm(await subscription.changed(), at);
      tellAge(parts);
      await clock.sleep(askEveryMs, signal);
    }
  } finally {
    subscription.close();
  }
}

function tellAge({ cache, metrics }: KeyWatchParts): void {
  const ageMs = cache.ageMs();
  if (Number.isFinite(ageMs)) metrics.set("comms_api_keys_age_seconds", {}, ageMs / 1_000);
}

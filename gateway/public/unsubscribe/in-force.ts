import type { Suppression } from "#shared/contracts/records.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { within } from "#shared/platform/kafka/deadline.ts";

/** The view that senders ask before each call. */
export interface SuppressionView {
  /** Whether the view has this entry. What it throws means that nobody knows: the log has the entry all the same. */
  holds(entry: Suppression): Promise<boolean>;
}

/** How long the answer to an opt-out waits for the view, and how often it looks; ms. */
const waitMs = 2_000;
const everyMs = 50;

/**
 * Whether the view holds the entry, within two seconds. After that no sender passes a view that lacks it: what is not critical
 * waits while the view is older than its bound.
 */
export async function isInForce(view: SuppressionView, entry: Suppression, clock: Clock): Promise<boolean> {
  const until = clock.now() + waitMs;
  for (let leftMs = waitMs; leftMs > 0; leftMs = until - clock.now()) {
    if (
      (await within(
        clock,
        leftMs,
        view.holds(entry).catch(() => false),
      )) === true
    )
      return true;
    await clock.sleep(everyMs);
  }
  return false;
}

import { cadenceOf } from "#shared/cadence/cadence.ts";
import type { Instant } from "#shared/clock/clock.ts";
import { personKey } from "#shared/message/id.ts";
import type { Job, Output } from "#shared/processor/processor.ts";
import type { DigestStore, DueWindow } from "./adapters/digest-store.ts";
import { summaryOf } from "./core/summary.ts";

const leaseMs = 30_000;
const batch = 200;
/** How often due windows are looked for, ms. */
const lookEveryMs = 1_000;

/**
 * Closes windows that are due: one summary a window goes back to the router, and the window is closed once that is
 * acknowledged. A crash in between sends the same summary again, under the same ids.
 */
export function createCloser(store: DigestStore, owner: string): Job {
  return {
    name: "close digest windows",
    run: async (now, emit) => {
      const leased = await store.lease(owner, now, now + leaseMs, batch);
      // A window of a cadence that this build does not know stays open, items and all, for one that does.
      const due = leased.filter(({ window }) => cadenceOf(window.cadence));
      const outputs = due.flatMap((one) => summary(one, now));
      if (outputs.length > 0) await emit(outputs);
      if (due.length > 0) {
        await store.close(
          owner,
          due.map(({ window }) => window.windowId),
          now,
        );
      }
      return leased.length === batch ? 0 : lookEveryMs;
    },
  };
}

function summary({ window, items }: DueWindow, now: Instant): Output[] {
  const cadence = cadenceOf(window.cadence);
  if (!cadence || items.length === 0) return [];
  const key = personKey(window.tenantId, window.userId);
  return [{ topic: "comms.accepted.bulk", key, value: summaryOf(window, items, cadence, now) }];
}

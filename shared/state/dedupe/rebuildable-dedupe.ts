import type { Decision } from "#shared/contracts/records.ts";
import { writeApplied } from "../views/applied-positions.ts";
import type { RebuildableState } from "../views/views.ts";
import { dedupeWindowMs } from "./dedupe.ts";
import { holdsOf, writeHolds } from "./dedupe-holds.ts";
import { dedupeName, type RedisDedupeOptions } from "./redis-dedupe.ts";

/** Within this time the log has every claim that the router had made, and not yet written, when Redis was wiped. */
const dedupeQuarantineMs = 1_000;

/**
 * Rebuilds the dedupe window from the router's decisions (KV-02): every message that goes by itself, at once or later, holds
 * its key for the rest of its window, unless it waits for its producer's own time. The first in the log holds it, because it was
 * the first to claim. The router claims before it writes a decision, and sees to its claims again when the log holds it.
 */
export function createRebuildableDedupe(options: RedisDedupeOptions): RebuildableState {
  const { windowMs = dedupeWindowMs } = options;
  return {
    name: dedupeName,
    topics: ["comms.decisions"],
    quarantineMs: dedupeQuarantineMs,
    quarantineFor: ["comms.decisions"],
    isWrittenAhead: true,
    apply: async (records, now, server = "") => {
      const decisions = records.map(({ value }) => value as Decision | null);
      await writeHolds(options, holdsOf(decisions, now, windowMs));
      await writeApplied(options, { state: dedupeName, server, records });
    },
  };
}

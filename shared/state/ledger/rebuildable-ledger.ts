import type { Feedback } from "#shared/contracts/records.ts";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { loggedResultOf } from "#shared/domain/delivery/logged-result.ts";
import { type AppliedClient, writeApplied } from "../views/applied-positions.ts";
import type { RebuildableState } from "../views/views.ts";
import { type Ledger, leaseMs } from "./ledger.ts";

/** While these are empty, no provider has been called yet. */
const sendTopics = (Object.keys(topicRecords) as TopicName[]).filter((topic) => topic.startsWith("comms.send."));

/**
 * The ledger as a state that is rebuilt from `comms.feedback`. Senders and `feedback` tell the ledger themselves what they have
 * written there, as soon as the log holds it. Do not trust it for a lease after a wipe: until then a call that the
 * wipe made it forget may still be under way, and its report not yet on the log.
 */
export function createRebuildableLedger(ledger: Pick<Ledger, "reconcile">, client?: AppliedClient): RebuildableState {
  return {
    name: "ledger",
    topics: ["comms.feedback"],
    quarantineMs: leaseMs,
    quarantineFor: sendTopics,
    isWrittenAhead: true,
    apply: async (records, now, server = "") => {
      const results = records.flatMap(({ value }) => (value === null ? [] : (loggedResultOf(value as Feedback) ?? [])));
      await ledger.reconcile(results, now);
      if (client) await writeApplied(client, { state: "ledger", server, records });
    },
  };
}

import type { Feedback } from "#shared/contracts/records.ts";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { loggedResultOf } from "#shared/domain/delivery/logged-result.ts";
import type { RebuildableState } from "../views/views.ts";
import { type Ledger, leaseMs } from "./ledger.ts";

/** Nobody has called a provider before something lay here. */
const sendTopics = (Object.keys(topicRecords) as TopicName[]).filter((topic) => topic.startsWith("comms.send."));

/**
 * The ledger as something that `comms.feedback` can make again. Sender's feedback also lets it forget its notes: a
 * settled entry is a few bytes. Not to be trusted for a lease after a wipe: until then a call that the wipe made
 * forgotten may still be under way, and its report not yet on the log.
 */
export function createRebuildableLedger(ledger: Ledger): RebuildableState {
  return {
    name: "ledger",
    topics: ["comms.feedback"],
    quarantineMs: leaseMs,
    quarantineFor: sendTopics,
    apply: (records, now) => {
      const settlements = records.flatMap(({ value }) => {
        const settlement = value === null ? undefined : loggedResultOf(value as Feedback);
        return settlement ? [settlement] : [];
      });
      return ledger.reconcile(settlements, now);
    },
  };
}

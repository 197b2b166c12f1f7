import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { AttemptBatch, RecordTypes } from "#shared/contracts/records.ts";
import { type TopicName, type TopicRecordName, topicRecords } from "#shared/contracts/topics.ts";
import { loggedCallsOf, withdrawnCallsOf } from "#shared/domain/delivery/attempt-batch.ts";
import { loggedResultOf } from "#shared/domain/delivery/logged-result.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type AppliedClient, writeApplied } from "../views/applied-positions.ts";
import type { RebuildableState } from "../views/views.ts";
import { type Ledger, leaseMs } from "./ledger.ts";

/** While these are empty, no provider has been called yet. */
const sendTopics = (Object.keys(topicRecords) as TopicName[]).filter((topic) => topic.startsWith("comms.send."));

/** What the ledger is rebuilt with. */
export type RestorableLedger = Pick<Ledger, "reconcile" | "restoreCalls" | "release">;

/**
 * The ledger as a state that is rebuilt from `comms.feedback` and `comms.attempts`, in any order of the two: results, and calls that
 * may have been made. Senders and `feedback` tell the ledger themselves what they have written there: a call before it is announced,
 * a result as soon as the log holds it. Do not trust it for a lease after a wipe: until then a call that the
 * wipe made it forget may still be under way, and its report not yet on the log.
 */
export function createRebuildableLedger(ledger: RestorableLedger, client?: AppliedClient): RebuildableState {
  return {
    name: "ledger",
    topics: ["comms.feedback", "comms.attempts"],
    quarantineMs: leaseMs,
    quarantineFor: sendTopics,
    isWrittenAhead: true,
    apply: async (records, now, server = "") => {
      await ledger.reconcile(
        valuesOf(records, "comms.feedback").flatMap((value) => loggedResultOf(value) ?? []),
        now,
      );
      await applyAttempts(ledger, valuesOf(records, "comms.attempts"), now);
      if (client) await writeApplied(client, { state: "ledger", server, records });
    },
  };
}

/** One batch after another: a call is withdrawn by a later one, and its message may be called for again by the batch that says so. */
async function applyAttempts(ledger: RestorableLedger, batches: readonly AttemptBatch[], now: Instant): Promise<void> {
  for (const batch of batches) {
    await Promise.all(withdrawnCallsOf(batch).map((call) => ledger.release(call, now)));
    await ledger.restoreCalls(loggedCallsOf(batch), now);
  }
}

function valuesOf<Topic extends TopicName>(records: readonly DecodedRecord<unknown>[], topic: Topic) {
  const found = records.filter((record) => record.topic === topic && record.value !== null);
  return found.map(({ value }) => value as RecordTypes[TopicRecordName<Topic>]);
}

import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Event, Rejected } from "#shared/contracts/records.ts";
import { laneTopic } from "#shared/contracts/topics.ts";
import { decideIntake, type IntakeDecision } from "#shared/domain/event/decide-intake.ts";
import type { IntakeContext } from "#shared/domain/event/intake-context.ts";
import { boundIssues } from "#shared/domain/event/issues.ts";
import { deriveId, personKey } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";

/** The most bytes of the original event in a rejection: a topic takes 1 MiB, and an event may be as large. */
const originalBytesMax = 512 * 1024;
/** Characters of an id and of an issue. */
const textLengthMax = 256;

/** Validates events. It looks nothing up: the catalog is in memory. */
export function createIntake(parts: Pick<IntakeContext, "catalog" | "limits">): StageProcessor<Event, null> {
  return {
    kind: "stage",
    name: "intake",
    inputs: ["comms.events", "comms.events.bulk"],
    gather: async (batch) => batch.map(() => null),
    decide: (record, _facts, now) => {
      const topic = record.topic === "comms.events.bulk" ? "comms.events.bulk" : "comms.events";
      const receivedAt = receivedAtOf(record, now);
      return outcomeOf(decideIntake(record.value, { ...parts, topic, now, receivedAt }), record, now);
    },
    rejectForeign: ({ origin, topic }, message, now) => {
      const [tenant_id = "", ...cause] = (origin.key?.toString("utf8") ?? "").split("/");
      const value = { tenant_id, name: "", cause_ref: cause.join("/") };
      return dropAs({ reason: "COMMS_INVALID_EVENT", issues: [message] }, { value, origin, topic }, now);
    },
  };
}

/**
 * When an event came: the timestamp of its record, which is the gateway's clock or that of a producer on Kafka, and the same each
 * time it is read. A clock that is ahead counts as now; a record without a timestamp has -1, and one before 1970 may be in no calendar.
 */
function receivedAtOf({ origin }: DecodedRecord<Event>, now: Instant): Instant {
  return Math.max(0, Math.min(origin.timestamp, now));
}

/** A rejected event is not poison: it goes to a topic of its own and does not count for the fuse. */
function outcomeOf(intake: IntakeDecision, record: DecodedRecord<Event>, now: Instant): Outcome {
  if (intake.kind === "accepted") return { kind: "emit", outputs: acceptedOutputs(intake) };
  return dropAs(intake, record, now);
}

type Refusal = Pick<Extract<IntakeDecision, { kind: "rejected" }>, "reason" | "issues">;
/** What a rejection says of the event: of one that nobody could read, only what its key says. */
type RejectedEvent = DecodedRecord<Pick<Event, "tenant_id" | "name" | "cause_ref">>;

function dropAs(refusal: Refusal, record: RejectedEvent, now: Instant): Outcome {
  const rejected = rejectedRecord(refusal, record, now);
  const output = { topic: "comms.rejected", key: rejected.rejected_id, value: rejected } as const;
  return { kind: "drop", reason: refusal.reason, outputs: [output] };
}

/** The outputs of an accepted event; the HTTP edge writes the same. */
export function acceptedOutputs({ records }: Extract<IntakeDecision, { kind: "accepted" }>): readonly Output[] {
  return records.map((value) => {
    const topic = laneTopic("comms.accepted", value.lane);
    return { topic, key: personKey(value.tenant_id, value.user_id), value } as Output;
  });
}

function rejectedRecord({ reason, issues }: Refusal, { value, origin, topic }: RejectedEvent, now: Instant): Rejected {
  return {
    rejected_id: deriveId("rejected", topic, origin.partition, origin.offset),
    recorded_at: now,
    tenant_id: legible(value.tenant_id) || "default",
    event_name: legible(value.name),
    cause_ref: legible(value.cause_ref),
    reason,
    faults: boundIssues(issues).map(legible),
    source_topic: topic,
    source_partition: origin.partition,
    source_offset: origin.offset,
    original: origin.value?.subarray(0, originalBytesMax) ?? Buffer.alloc(0),
  };
}

/** Makes a text storable: it is cut, and characters that PostgreSQL refuses are replaced. */
function legible(text: string): string {
  return text
    .slice(0, textLengthMax)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, "\ufffd");
}

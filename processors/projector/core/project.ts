import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Decision, Feedback, Rejected, Rendered, Suppression } from "#shared/contracts/records.ts";
import { isInCalendar } from "#shared/domain/time/calendar.ts";
import type { MessageRow } from "./message-row.ts";
import { rowOfDecision, rowOfFeedback, rowOfRendered } from "./message-rows.ts";
import { rowOfLifting, rowOfSuppression, type SuppressionRow } from "./suppression-row.ts";

/** What one record, or a batch of them, says to the tables. */
export interface Projection {
  readonly messages: readonly MessageRow[];
  readonly decisions: readonly Decision[];
  readonly suppressions: readonly SuppressionRow[];
  readonly rejections: readonly Rejected[];
}

/** The topics that the projector reads, in the order in which a message passes them. */
export const projectedTopics = [
  "comms.decisions",
  "comms.rendered",
  "comms.feedback",
  "comms.suppression",
  "comms.rejected",
] as const;

type ProjectedTopic = (typeof projectedTopics)[number];

const nothing: Projection = { messages: [], decisions: [], suppressions: [], rejections: [] };

/** The rows that a record describes; a sentence if the tables cannot hold it. */
export function project(record: DecodedRecord<unknown>): Projection | string {
  const topic = record.topic as ProjectedTopic;
  if (topic === "comms.suppression") return projectSuppression(record);
  if (record.value === null) return nothing;
  if (topic === "comms.rejected") return { ...nothing, rejections: [record.value as Rejected] };
  return projectMessage(topic, record.value as Decision | Rendered | Feedback);
}

function projectMessage(
  topic: "comms.decisions" | "comms.rendered" | "comms.feedback",
  value: Decision | Rendered | Feedback,
): Projection | string {
  if (value.channel === "UNKNOWN") return "The channel is not one that this version knows";
  if (topic === "comms.rendered") return { ...nothing, messages: [rowOfRendered(value as Rendered)] };
  if (topic === "comms.feedback") return { ...nothing, messages: [rowOfFeedback(value as Feedback)] };
  const decision = value as Decision;
  if (decision.verdict === "UNKNOWN") return "The verdict is not one that this version knows";
  // The partition is named by its month.
  if (!isInCalendar(decision.recorded_at)) return "The time of the decision is in no calendar";
  return { ...nothing, messages: [rowOfDecision(decision)], decisions: [decision] };
}

function projectSuppression(record: DecodedRecord<unknown>): Projection | string {
  const entry = record.value as Suppression | null;
  const row = entry ? rowOfSuppression(entry, record.origin) : rowOfLifting(record.origin);
  if (row === undefined) return "The tombstone's key does not name a suppression";
  if ([row.channel, row.reason, row.origin].includes("unknown")) return "A symbol is not one that this version knows";
  return { ...nothing, suppressions: [row] };
}

import type { Output } from "#shared/contracts/output.ts";
import type { Decision, Feedback, Send } from "#shared/contracts/records.ts";
import { isForeignTopic, type TopicName } from "#shared/contracts/topics.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deadLetterReasons } from "#shared/domain/outcome/outcome.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { loggedIds, outcomeLabel, placeOf, type RecordEnd } from "./record-end.ts";
import { idFields, recordIds } from "./record-ids.ts";
import { unnamedSources } from "./set-aside-summary.ts";

/** Shows what a stage counts of unusable records before there is one: each reason by topic, and the sources that have no name. */
export function exposeDeadLetters(
  { metrics }: Pick<Telemetry, "metrics">,
  stage: string,
  inputs: readonly TopicName[],
): void {
  for (const topic of inputs) {
    metrics.expose("comms_dead_letters_total", ...deadLetterReasons.map((reason) => ({ stage, topic, reason })));
    if (isForeignTopic(topic))
      metrics.expose("comms_set_aside_total", ...unnamedSources.map((source) => ({ stage, topic, source })));
  }
}

/**
 * What each record leaves in telemetry once its outputs are on the log: its samples, those of its outputs, the end of its span,
 * and a line where it is no plain success or the level is `debug`. The line holds ids and codes, never a value or an address;
 * of a dead letter also the sentence that it carries. A dead letter on a topic that others write has no line of its own: see
 * `SetAsideSummary`. All others stand in the line of their batch: see `BatchSummary`.
 */
export function reportRecord(telemetry: Telemetry, stage: string, done: RecordEnd): void {
  const { metrics, log } = telemetry;
  const { record, outcome, durationMs, span } = done;
  const label = outcomeLabel(outcome);
  metrics.count("comms_stage_records_total", { stage, outcome: label });
  metrics.observe("comms_stage_duration_seconds", { stage }, durationMs / 1000);
  const isDeadLetter = outcome.kind === "deadLetter";
  if (outcome.kind !== "emit") {
    if (!isDeadLetter || !isForeignTopic(record.topic)) log.info(lineOf(stage, done));
  } else if (log.isLevelEnabled("debug")) log.debug(lineOf(stage, done));
  if (isDeadLetter) metrics.count("comms_dead_letters_total", { stage, topic: record.topic, reason: outcome.reason });
  else for (const output of outcome.outputs) countOutput(telemetry, output);
  span.end(label, isDeadLetter);
}

function lineOf(stage: string, done: RecordEnd): Readonly<Record<string, unknown>> {
  const { record, outcome, span } = done;
  return {
    stage,
    ...placeOf(done),
    outcome: outcomeLabel(outcome),
    ...("reason" in outcome ? { reason: outcome.reason } : {}),
    ...("message" in outcome ? { message: outcome.message } : {}),
    ...(outcome.kind === "deadLetter" && idFields(recordIds(record.origin, record.value, span.traceId))),
    ...loggedIds(done),
  };
}

/** Reads business metrics off what is written, so that no processor needs to know of metrics. */
export function countOutput({ metrics }: Telemetry, output: Output): void {
  if ("raw" in output || output.value === null) return;
  if (output.topic === "comms.decisions") return countDecision(metrics, output.value);
  if (output.topic === "comms.feedback") return observeFeedback(metrics, output.value);
  if (output.topic.startsWith("comms.send.")) observeSend(metrics, output.value as Send);
}

function countDecision(metrics: Metrics, { gate, verdict, reason, channel }: Decision): void {
  metrics.count("comms_decisions_total", { gate, verdict, reason: reason ?? "", channel: channelName(channel) });
}

function observeFeedback(metrics: Metrics, feedback: Feedback): void {
  const channel = channelName(feedback.channel);
  metrics.count("comms_messages_total", { channel, provider: feedback.provider, status: feedback.status });
  if (feedback.origin === "SENDER" && feedback.status === "SENT" && feedback.queued_at !== null) {
    metrics.observe("comms_queue_to_provider_seconds", { channel }, (feedback.recorded_at - feedback.queued_at) / 1000);
  }
}

function observeSend(metrics: Metrics, send: Send): void {
  if (send.attempt !== 1) return;
  const channel = channelName(send.channel);
  metrics.observe("comms_event_to_queue_seconds", { channel }, (send.queued_at - send.occurred_at) / 1000);
}

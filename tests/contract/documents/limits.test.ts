import { describe, expect, test } from "vitest";
import { confirmedMsMax, servedMsMax } from "#gateway/access/key-cache.ts";
import { leaseSeconds } from "#gateway/access/key-rates.ts";
import { drawWaitMs } from "#gateway/access/shared-buckets.ts";
import { wrongKeysMax, wrongKeysPerSecond } from "#gateway/access/wrong-keys.ts";
import { bodyBytesMax, defaultLimits, requestTimeoutMs } from "#gateway/http/limits.ts";
import { reasonBytesMax } from "#gateway/public/cancellations/check-cancellation.ts";
import { cancellationShare } from "#gateway/public/cancellations/places.ts";
import { batchEventsMax } from "#gateway/public/events/batch.ts";
import { intakeAbsentMsMax, unreadAgeMsMax } from "#gateway/public/events/intake-watch.ts";
import { messagesPageMax } from "#gateway/public/messages/event-messages.ts";
import { webhookLingerMs } from "#gateway/webhooks/routes.ts";
import { closerLimits } from "#processors/digest/closer.ts";
import { patienceMs } from "#processors/feedback/core/wait.ts";
import { feedbackLingerMs } from "#processors/feedback/processor.ts";
import { retentionDays } from "#processors/projector/adapters/retention.ts";
import { lookMax } from "#processors/projector/audit.ts";
import { dispatchLimits } from "#processors/scheduler/dispatcher.ts";
import { releaseLimits } from "#processors/scheduler/releaser.ts";
import { deadLetterContract } from "#shared/contracts/topic-contract.ts";
import { bulkSpacingMs, expressSpacingMs, withdrawnMax } from "#shared/delivery/attempt-log.ts";
import { confirmedAgoMsMax } from "#shared/delivery/message-claim.ts";
import { fcmBudgetShares } from "#shared/delivery/providers/fcm/config.ts";
import { inappBudgetShares } from "#shared/delivery/providers/inapp/provider.ts";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { sesBudgetShares } from "#shared/delivery/providers/ses/config.ts";
import { envelopeBounds, envelopeBytesMax } from "#shared/delivery/providers/ses/core/envelope.ts";
import { ageMsMax, aheadMsMax } from "#shared/delivery/providers/ses/core/trust.ts";
import { smtpBudgetShares } from "#shared/delivery/providers/smtp/config.ts";
import { twilioBudgetShares } from "#shared/delivery/providers/twilio/provider.ts";
import { twilioFormBytesMax, twilioFormFieldsMax } from "#shared/delivery/providers/twilio/receiver.ts";
import { flagsAgeMsMax } from "#shared/delivery/recent-flags.ts";
import { answerAfterMs, clockDifferenceMsMax } from "#shared/domain/cancellation/cancellation.ts";
import { devicesMax } from "#shared/domain/channel/push.ts";
import { crashesMax } from "#shared/domain/delivery/ledger-rules.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { budgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import { issuesMax } from "#shared/domain/event/issues.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { pauseRecheckMs } from "#shared/domain/policy/gates/pause.ts";
import { spreadMsMax } from "#shared/domain/quiet-hours/spread.ts";
import { contentBytesMax } from "#shared/platform/artifacts/sealed-artifact.ts";
import { segmentBytesMax } from "#shared/platform/artifacts/segment-writer.ts";
import { artifactDays } from "#shared/platform/artifacts/sweep-artifacts.ts";
import { refusalMs, unknownIdMs } from "#shared/platform/avro/schema-cache.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { tokenLimits } from "#shared/platform/http/client-credentials.ts";
import { tunnelTimeoutMs } from "#shared/platform/http/outbound.ts";
import { countMsMax } from "#shared/platform/kafka/kafkajs-admin.ts";
import { partitionBytesMax } from "#shared/platform/kafka/kafkajs-consumer.ts";
import { metadataAgeMsMax } from "#shared/platform/kafka/kafkajs-internals.ts";
import { kafkaDefaults } from "#shared/platform/kafka/kafkajs-log.ts";
import { answerMs, connectionsMax, statementMsMax } from "#shared/platform/postgres/pool.ts";
import { silentMsMax } from "#shared/platform/postgres/pool-watch.ts";
import { lagShownMsMax } from "#shared/runtime/lag/lag-watch.ts";
import { sinkLimits, stageLimits, stalledMsMax } from "#shared/runtime/limits.ts";
import { outageBackoff } from "#shared/runtime/outage-watch.ts";
import { gentleEveryMs, gentleRecords, watchfulLoadMax, watchfulRecords } from "#shared/runtime/shell/precedence.ts";
import { namedMax } from "#shared/state/books/read-books.ts";
import { dedupeWindowMs } from "#shared/state/dedupe/dedupe.ts";
import { callDeadlineMs, hotWindowMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { writtenAfterMs } from "#shared/state/views/log-marks.ts";
import { allSettings } from "#tests/support/all-settings.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";
import { bytes, count, days, figuresIn, hours, minutes, seconds } from "./figures.ts";
import { readPage, rowsOf, sectionOf } from "./page.ts";

const config = readConfig(allSettings, minimalEnvironment, "/nowhere");
const quarantineMs = createRebuildableLedger({} as never).quarantineMs;
const { fuse } = stageLimits;

type LimitName = "inFlight" | "batch" | "fetchBytesMin";

/** A limit of a stage and the same of a sink. */
function both(write: (value: number) => string, name: LimitName): readonly string[] {
  return [write(stageLimits[name]), write(sinkLimits[name])];
}

const settings = new Map(allProviders.flatMap((one) => one.settings.descriptions).map((one) => [one.name, one]));

function budget(name: string, shares: Parameters<typeof budgetLimits>[1]): readonly string[] {
  const { rate, burst, reserve } = budgetLimits(Number(settings.get(name)?.byDefault), shares);
  return [count(rate), name, count(burst), count(reserve)];
}

function lease({ batch, leaseMs }: { readonly batch: number; readonly leaseMs: number }): readonly string[] {
  return [count(batch), seconds(leaseMs)];
}

const edgeFile = "gateway/http/limits.ts";
const limitsFile = "shared/runtime/limits.ts";
const adminFile = "shared/platform/kafka/kafkajs-admin.ts";
const logFile = "shared/platform/kafka/kafkajs-log.ts";
const intakeFile = "shared/domain/event/limits.ts";
const ledgerFile = "shared/state/ledger/ledger.ts";
const policyFile = "shared/domain/delivery/policy.ts";
const processSettingsFile = "shared/platform/config/process-settings.ts";

interface Limit {
  readonly name: string;
  readonly where: readonly string[];
  /** The figures that the row must have, in their order. The text around them is free. */
  readonly figures: readonly string[];
}

const runtime: readonly Limit[] = [
  { name: "records in work", where: [limitsFile], figures: both(count, "inFlight") },
  { name: "records looked up in one trip", where: [limitsFile], figures: both(count, "batch") },
  {
    name: "trips under way",
    where: [limitsFile],
    figures: [count(stageLimits.batches), count(stageLimits.expressBatches), count(sinkLimits.batches)],
  },
  {
    name: "bulk beside express",
    where: ["shared/runtime/shell/precedence.ts"],
    figures: [count(gentleRecords), `${gentleEveryMs} ms`],
  },
  {
    name: "bulk after express",
    where: ["shared/runtime/shell/precedence.ts"],
    figures: [count(watchfulRecords), count(watchfulLoadMax * 100)],
  },
  {
    name: "what one fetch brings",
    where: ["shared/platform/kafka/kafkajs-consumer.ts"],
    figures: [bytes(partitionBytesMax)],
  },
  {
    name: "records and bytes that wait",
    where: [limitsFile],
    figures: [count(stageLimits.waitingRecords), bytes(stageLimits.waitingBytes)],
  },
  {
    name: "records of one key, and what waits behind it",
    where: [limitsFile],
    figures: [count(stageLimits.keyRecords), count(stageLimits.crowdRecords), bytes(stageLimits.crowdBytes)],
  },
  { name: "outputs of a batch", where: [limitsFile], figures: [bytes(stageLimits.outputBytes)] },
  { name: "a value that is read", where: [limitsFile], figures: [bytes(stageLimits.recordBytes)] },
  {
    name: "a schema's refusal",
    where: ["shared/platform/avro/schema-cache.ts"],
    figures: [seconds(refusalMs), seconds(unknownIdMs)],
  },
  { name: "a topic's partitions", where: [adminFile], figures: [seconds(countMsMax)] },
  {
    name: "a commit",
    where: [limitsFile],
    figures: [seconds(stageLimits.commitEveryMs), count(stageLimits.commitEveryRecords)],
  },
  {
    name: "the fuse",
    where: [limitsFile],
    figures: [count(fuse.inRow), fuse.share === 0.5 ? "half" : count(fuse.share), count(fuse.window)],
  },
  { name: "no progress", where: [limitsFile], figures: [seconds(stalledMsMax)] },
  {
    name: "how long a lag is shown",
    where: ["shared/runtime/lag/lag-watch.ts"],
    figures: [seconds(lagShownMsMax)],
  },
  {
    name: "the age of metadata",
    where: ["shared/platform/kafka/kafkajs-internals.ts"],
    figures: [seconds(metadataAgeMsMax)],
  },
  {
    name: "the wait of an outage",
    where: ["shared/domain/retry/backoff.ts", limitsFile],
    figures: [seconds(outageBackoff.maxMs), count(stageLimits.outageTries)],
  },
  {
    name: "what a fetch waits for",
    where: [limitsFile, logFile],
    figures: [...both(bytes, "fetchBytesMin"), seconds(kafkaDefaults.fetchWaitMs)],
  },
  { name: "how far apart fetches begin", where: [logFile], figures: [seconds(kafkaDefaults.fetchEveryMs)] },
  { name: "a produce", where: [logFile], figures: [seconds(kafkaDefaults.sendDeadlineMs)] },
  {
    name: "a linger",
    where: ["gateway/webhooks/routes.ts", "processors/feedback/processor.ts"],
    figures: [seconds(webhookLingerMs), seconds(feedbackLingerMs)],
  },
  {
    name: "a record that a topic takes",
    where: ["schemas/topics/*.yaml"],
    figures: [bytes(deadLetterContract().max_message)],
  },
];

const edge: readonly Limit[] = [
  {
    name: "a request to the gateway",
    where: [edgeFile],
    figures: [bytes(bodyBytesMax), seconds(requestTimeoutMs)],
  },
  {
    name: "what all requests may take",
    where: [edgeFile],
    figures: [
      count(defaultLimits.connectionsMax),
      count(defaultLimits.bodiesMax),
      bytes(defaultLimits.bodyBytesHeldMax),
    ],
  },
  {
    name: "cancellations at once",
    where: ["gateway/public/cancellations/places.ts"],
    figures: [1, 2].map((halves) => count(defaultLimits.bodiesMax * cancellationShare ** halves)),
  },
  { name: "the rate of a client", where: [edgeFile], figures: [count(defaultLimits.clientRate)] },
  { name: "the rate of a key", where: [edgeFile], figures: [count(defaultLimits.keyRate)] },
  {
    name: "wrong keys",
    where: ["gateway/access/wrong-keys.ts"],
    figures: [count(wrongKeysMax), seconds(1_000 / wrongKeysPerSecond)],
  },
  {
    name: "what a gateway draws ahead",
    where: ["gateway/access/key-rates.ts", "gateway/access/shared-buckets.ts"],
    figures: [seconds(1_000 * leaseSeconds), seconds(drawWaitMs)],
  },
  {
    name: "a known key",
    where: ["gateway/access/key-cache.ts"],
    figures: [seconds(servedMsMax), seconds(confirmedMsMax)],
  },
  {
    name: "a batch and a page",
    where: ["gateway/public/events/batch.ts", "gateway/public/messages/event-messages.ts"],
    figures: [count(batchEventsMax), count(messagesPageMax)],
  },
  {
    name: "the door's patience",
    where: ["gateway/public/events/intake-watch.ts"],
    figures: [seconds(intakeAbsentMsMax), minutes(unreadAgeMsMax)],
  },
  { name: "issues", where: ["shared/domain/event/issues.ts"], figures: [count(issuesMax)] },
  { name: "a payload's values", where: [intakeFile], figures: [count(intakeLimits.payloadValuesMax)] },
  {
    name: "a body of SNS",
    where: ["shared/delivery/providers/ses/core/envelope.ts"],
    figures: [bytes(envelopeBytesMax), count(envelopeBounds.valuesMax), count(envelopeBounds.depthMax)],
  },
  {
    name: "a body of Twilio",
    where: ["shared/delivery/providers/twilio/receiver.ts"],
    figures: [bytes(twilioFormBytesMax), count(twilioFormFieldsMax)],
  },
  {
    name: "a webhook's age",
    where: ["shared/delivery/providers/ses/core/trust.ts"],
    figures: [minutes(ageMsMax), minutes(aheadMsMax)],
  },
  {
    name: "an event's payload",
    where: [intakeFile],
    figures: [
      bytes(intakeLimits.payloadBytesMax),
      count(intakeLimits.payloadDepthMax),
      bytes(intakeLimits.fanOutBytesMax),
    ],
  },
  {
    name: "an event's people and ids",
    where: [intakeFile],
    figures: [count(intakeLimits.actorsMax), bytes(intakeLimits.idBytesMax), count(intakeLimits.dedupeKeyLengthMax)],
  },
  {
    name: "an event's times",
    where: [intakeFile],
    figures: [days(intakeLimits.horizonMsMax), hours(intakeLimits.clockAheadMsMax)],
  },
];

const domain: readonly Limit[] = [
  {
    name: "the clocks of a cancellation",
    where: ["shared/domain/cancellation/cancellation.ts"],
    figures: [seconds(clockDifferenceMsMax), seconds(answerAfterMs)],
  },
  {
    name: "the reason of a cancellation",
    where: ["gateway/public/cancellations/check-cancellation.ts"],
    figures: [bytes(reasonBytesMax)],
  },
  { name: "dedupe window", where: ["shared/state/dedupe/dedupe.ts"], figures: [minutes(dedupeWindowMs)] },
  { name: "spread of a release", where: ["shared/domain/quiet-hours/spread.ts"], figures: [minutes(spreadMsMax)] },
  {
    name: "the content of a message",
    where: ["shared/platform/artifacts/sealed-artifact.ts"],
    figures: [bytes(contentBytesMax)],
  },
  {
    name: "a segment of artifacts",
    where: ["shared/platform/artifacts/segment-writer.ts"],
    figures: [bytes(segmentBytesMax)],
  },
  { name: "devices of a push", where: ["shared/domain/channel/push.ts"], figures: [count(devicesMax)] },
  { name: "a provider call", where: [ledgerFile], figures: [seconds(callDeadlineMs)] },
  {
    name: "a tunnel through a proxy, and as long again for the handshake in it",
    where: ["shared/platform/http/outbound.ts"],
    figures: [seconds(tunnelTimeoutMs)],
  },
  {
    name: "a request to Kafka's token endpoint; the longest that it is left alone after a failure",
    where: ["shared/platform/http/client-credentials.ts"],
    figures: [seconds(tokenLimits.deadlineMs), seconds(tokenLimits.maxMs)],
  },
  {
    name: "provider calls for one message",
    where: [policyFile],
    figures: [count(defaultPolicy.maxAttempts), seconds(defaultPolicy.baseMs), minutes(defaultPolicy.maxMs)],
  },
  {
    name: "calls of one message whose processes die in them",
    where: ["shared/domain/delivery/ledger-rules.ts"],
    figures: [count(crashesMax)],
  },
  { name: "a claim's lease", where: [ledgerFile], figures: [seconds(leaseMs), seconds(quarantineMs)] },
  { name: "the ledger's hot window", where: [ledgerFile], figures: [days(hotWindowMs)] },
  {
    name: "a record before it counts as held",
    where: ["shared/state/views/log-marks.ts"],
    figures: [seconds(writtenAfterMs)],
  },
  { name: "a message in doubt", where: [policyFile], figures: [minutes(defaultPolicy.ambiguousHoldMs)] },
  {
    name: "records that announce calls",
    where: ["shared/delivery/attempt-log.ts"],
    figures: [`${expressSpacingMs} ms`, `${bulkSpacingMs} ms`],
  },
  {
    name: "age of a confirmation at its call",
    where: ["shared/delivery/message-claim.ts"],
    figures: [seconds(confirmedAgoMsMax)],
  },
  {
    name: "calls to be withdrawn",
    where: ["shared/delivery/attempt-log.ts"],
    figures: [count(withdrawnMax)],
  },
  {
    name: "age of the views for what is not critical",
    where: [policyFile],
    figures: [seconds(config.COMMS_VIEW_AGE_SECONDS * 1_000), "COMMS_VIEW_AGE_SECONDS"],
  },
  {
    name: "age of the views for anything at all",
    where: ["shared/platform/config/redis-settings.ts"],
    figures: [seconds(config.COMMS_VIEW_AGE_CRITICAL_SECONDS * 1_000), "COMMS_VIEW_AGE_CRITICAL_SECONDS"],
  },
];

const senders: readonly Limit[] = [
  {
    name: "calls to SES",
    where: ["shared/delivery/providers/ses/config.ts"],
    figures: budget("COMMS_SES_RATE", sesBudgetShares),
  },
  {
    name: "calls to an SMTP server",
    where: ["shared/delivery/providers/smtp/config.ts"],
    figures: budget("COMMS_SMTP_RATE", smtpBudgetShares),
  },
  {
    name: "calls to FCM",
    where: ["shared/delivery/providers/fcm/config.ts"],
    figures: budget("COMMS_FCM_RATE", fcmBudgetShares),
  },
  {
    name: "calls to Twilio",
    where: ["shared/delivery/providers/twilio/provider.ts"],
    figures: budget("COMMS_TWILIO_RATE", twilioBudgetShares),
  },
  {
    name: "writes to the notification centre",
    where: ["shared/delivery/providers/inapp/provider.ts"],
    figures: budget("COMMS_INAPP_RATE", inappBudgetShares),
  },
  { name: "a call's wait for the budget", where: [policyFile], figures: [seconds(defaultPolicy.budgetWaitMaxMs)] },
];

const stores: readonly Limit[] = [
  {
    name: "a look through the books",
    where: ["processors/projector/audit.ts"],
    figures: [count(lookMax.offsets), count(lookMax.unmarked), count(lookMax.records)],
  },
  { name: "missing records that are named", where: ["shared/state/books/read-books.ts"], figures: [count(namedMax)] },
  { name: "a webhook's wait", where: ["processors/feedback/core/wait.ts"], figures: [minutes(patienceMs)] },
  { name: "scheduled items in a lease", where: ["processors/scheduler/dispatcher.ts"], figures: lease(dispatchLimits) },
  { name: "a pause", where: ["shared/domain/policy/gates/pause.ts"], figures: [minutes(pauseRecheckMs)] },
  {
    name: "the release of a pause",
    where: ["processors/scheduler/releaser.ts"],
    figures: [count(releaseLimits.batch), seconds(releaseLimits.everyMs)],
  },
  { name: "the flags of a call", where: ["shared/delivery/recent-flags.ts"], figures: [seconds(flagsAgeMsMax)] },
  { name: "digest windows in a lease", where: ["processors/digest/closer.ts"], figures: lease(closerLimits) },
  {
    name: "a statement",
    where: ["shared/platform/postgres/pool.ts", "shared/platform/postgres/pool-watch.ts"],
    figures: [seconds(statementMsMax), seconds(statementMsMax + answerMs), seconds(silentMsMax)],
  },
  {
    name: "what has an end",
    where: ["processors/projector/adapters/retention.ts", "shared/platform/artifacts/sweep-artifacts.ts"],
    figures: [retentionDays.messages, retentionDays.notes, artifactDays].map((stay) => days(stay * 86_400_000)),
  },
  { name: "connections to Postgres", where: ["shared/platform/postgres/pool.ts"], figures: [count(connectionsMax)] },
  {
    name: "a stop",
    where: [processSettingsFile],
    figures: [seconds(config.COMMS_SHUTDOWN_SECONDS * 1_000), "COMMS_SHUTDOWN_SECONDS"],
  },
];

/** In the order of the page's rows. */
const limits = [...runtime, ...edge, ...domain, ...senders, ...stores];

describe("the table of limits in ARCHITECTURE.md", () => {
  const rows = rowsOf(sectionOf(readPage("ARCHITECTURE.md"), "Limits"));

  test("has a row for each of these, and no other", () => {
    expect(rows).toHaveLength(limits.length);
    expect(new Set(rows.map(([what]) => what)).size).toBe(limits.length);
  });

  test.each(limits.map((limit, at) => ({ ...limit, row: rows[at] })))("$name", ({ where, figures, row }) => {
    const [, bound = "", places] = row ?? [];
    expect(places).toBe(where.map((place) => `\`${place}\``).join(", "));
    expect(figuresIn(bound)).toEqual(figures);
  });
});

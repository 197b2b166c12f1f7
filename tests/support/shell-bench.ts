import { pino } from "pino";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Event, Rejected } from "#shared/contracts/records.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { createMetrics } from "#shared/platform/telemetry/metrics.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import type { Runnable, StageProcessor } from "#shared/runtime/processor.ts";
import { Shell } from "#shared/runtime/shell/shell.ts";
import type { ShellParts } from "#shared/runtime/shell/shell-parts.ts";
import { createMemoryFuses } from "#tests/fakes/memory-fuses.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";

/** A codec whose registry is in memory and holds every schema. */
export async function memoryCodec(): Promise<Codec> {
  const registry = createMemoryRegistry();
  const topics = Object.keys(topicRecords) as TopicName[];
  for (const topic of topics) await registry.register(subjectOf("", topic), schemaOfTopic(topic));
  const codec = createCodec({ registry, prefix: "" });
  await codec.warm(topics);
  return codec;
}

export function quietTelemetry(): Telemetry {
  return { metrics: createMetrics(), log: pino({ level: "silent" }) };
}

/** An event that says nothing but who and how many. */
export function eventOf(user: string, causeRef: string, extra: Partial<Event> = {}): Event {
  return {
    event_id: null,
    tenant_id: "default",
    name: "test.happened",
    source: "test",
    cause_ref: causeRef,
    correlation_id: null,
    occurred_at: 1_700_000_000_000,
    actors: [{ role: "buyer", user_id: user }],
    payload: "{}",
    category: null,
    priority: "NORMAL",
    expires_at: null,
    send_at: null,
    ...extra,
  };
}

/** The record of such an event, on `comms.events` unless another topic is given. */
export function eventRecord(codec: Codec, event: Event, topic: TopicName = "comms.events"): OutRecord {
  return { topic, key: event.actors[0]?.user_id ?? "", value: codec.encode(topic, event) };
}

/** What the copying processor below writes for one event. */
export function copyOf(event: Event): Rejected {
  return {
    rejected_id: event.cause_ref,
    recorded_at: 0,
    tenant_id: event.tenant_id,
    event_name: event.name,
    cause_ref: event.cause_ref,
    reason: "COMMS_UNKNOWN_EVENT",
    faults: [],
    source_topic: "comms.events",
    source_partition: 0,
    source_offset: 0,
    original: Buffer.alloc(0),
  };
}

export type Copier = StageProcessor<Event, null, string>;

/** A processor that writes each event to `comms.rejected`: the smallest thing with an input and an output. */
export function copier(overrides: Partial<Copier> = {}): Copier {
  return {
    kind: "stage",
    name: "intake",
    inputs: ["comms.events", "comms.events.bulk"],
    gather: async (batch) => batch.map(() => null),
    decide: (record) => copied(record),
    ...overrides,
  };
}

export function copied(record: DecodedRecord<Event>): Outcome {
  const key = record.origin.key?.toString() ?? "";
  return { kind: "emit", outputs: [{ topic: "comms.rejected", key, value: copyOf(record.value) }] };
}

export interface ShellSetting extends Partial<ShellParts> {
  readonly log: Log;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly runnable: Runnable;
}

export function shellOf(setting: ShellSetting): { shell: Shell; crashes: unknown[]; telemetry: Telemetry } {
  const crashes: unknown[] = [];
  const telemetry = setting.telemetry ?? quietTelemetry();
  const shell = new Shell({
    random: () => 0.5,
    prefix: "",
    owner: "test",
    fuses: createMemoryFuses(),
    onCrash: (error) => crashes.push(error),
    ...setting,
    telemetry,
  });
  return { shell, crashes, telemetry };
}

/** References (`<key>:<number>`) whose first output came after a later one's of the same key. */
export function outOfOrder(refs: readonly string[]): readonly string[] {
  const highest = new Map<string, number>();
  return [...new Set(refs)].filter((ref) => {
    const [key = "", sequence] = ref.split(":");
    const late = Number(sequence) < (highest.get(key) ?? -1);
    highest.set(key, Math.max(Number(sequence), highest.get(key) ?? -1));
    return late;
  });
}

import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import { isForeignTopic, type TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { type RecordSpan, startRecordSpan } from "#shared/platform/telemetry/tracing.ts";
import type { ShellLimits } from "../limits.ts";
import { noLongerOurs } from "../outage-watch.ts";
import type { Outbox } from "../outputs/outbox.ts";
import type { AnyProcessor } from "../processor.ts";
import { BatchSummary } from "./batch-summary.ts";
import { type DecodeRequest, type DecodeResult, decodeRecord, poison } from "./decode.ts";
import { decodeAndLearn } from "./decode-and-learn.ts";
import type { Item } from "./inbox.ts";
import type { RecordEnd } from "./record-end.ts";
import { recordIds } from "./record-ids.ts";
import { reportRecord } from "./record-telemetry.ts";
import type { SetAsideSummary } from "./set-aside-summary.ts";

/** What a pipeline works with, and what it reports to its shell. */
export interface PipelineParts {
  readonly processor: AnyProcessor;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Put before every topic name. */
  readonly prefix: string;
  readonly limits: Pick<ShellLimits, "recordBytes" | "outputBytes">;
  readonly outbox: Outbox;
  readonly setAside: Pick<SetAsideSummary, "add">;
  /** Resolves once the log holds the records. */
  readonly send: (records: readonly OutRecord[]) => Promise<void>;
  /** Calls until it succeeds; rejects with `abandoned` when the records of the generation are no longer ours. */
  readonly call: <T>(work: () => Promise<T>, generation: number) => Promise<T>;
  /** Aborts provider calls that outlast the deadline of a stop. */
  readonly deadline: AbortSignal;
  /** The records are done, and the log holds their outputs. */
  readonly onComplete: (completions: readonly Completion[], generation: number) => void;
  /** The record has left without being done; it is delivered again some other time. */
  readonly onRelease: (item: Item, generation: number) => void;
  /** Something unknown was thrown. */
  readonly onCrash: (error: unknown) => void;
}

interface Task {
  readonly item: Item;
  readonly record: DecodedRecord<unknown>;
  readonly span: RecordSpan;
}

/** A record in hand with what became of it. */
export interface Completion {
  readonly item: Item;
  readonly span: RecordSpan;
  readonly outcome: Outcome;
}

type StageResult = Outcome | { readonly kind: "perform"; readonly effect: unknown };

/** Carries a batch of records through decoding, the processor, and the writing of outputs. Keeps no state of its own. */
export class RecordPipeline {
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Resolves when the batch has ended; a record that needs longer goes on in a task of its own. Never rejects. */
  run(items: readonly Item[], generation: number): Promise<void> {
    const { processor, telemetry } = this.#parts;
    const batch = new BatchSummary(processor.name, telemetry.log, items.length);
    for (const item of items) item.batch = batch;
    return this.#own(items, generation, () => this.#batch(items, generation));
  }

  /** Owns these records until each is complete or detached: what is abandoned is released, what is unknown crashes. */
  async #own(items: readonly Item[], generation: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error !== noLongerOurs) this.#parts.onCrash(error);
      for (const item of items) if (!item.isDetached) this.#release(item, generation);
    }
  }

  /** Gives records a task of their own, so that they hold back nobody but their keys. */
  #detach(items: readonly Item[], generation: number, work: () => Promise<void>): void {
    for (const item of items) item.isDetached = true;
    void this.#own([], generation, async () => {
      try {
        await work();
      } catch (error) {
        for (const item of items) this.#release(item, generation);
        throw error;
      }
    });
  }

  async #batch(items: readonly Item[], generation: number): Promise<void> {
    const tasks: Task[] = [];
    const unusable: Completion[] = [];
    for (const item of items) {
      const topic = this.#topicOf(item);
      const span = startRecordSpan(this.#parts.processor.name, topic, item.record);
      const result = this.#decode(item, topic);
      const decoded = result.kind === "learn" ? await this.#learn(item, topic, generation) : result;
      if (decoded.kind !== "decoded") {
        const outcome = decoded.kind === "foreign" ? this.#reject(item, decoded.message) : decoded;
        unusable.push({ item, span, outcome });
      } else {
        item.value = decoded.record.value;
        tasks.push({ item, record: decoded.record, span });
      }
    }
    const unusableItems = unusable.map(({ item }) => item);
    if (unusable.length > 0) this.#detach(unusableItems, generation, () => this.#complete(unusable, generation));
    if (tasks.length === 0) return;
    if (this.#parts.processor.kind === "sink") await this.#apply(tasks, generation);
    else await this.#decide(tasks, generation);
  }

  /** Most records cost no promise: their schema is known. */
  #decode(item: Item, topic: TopicName): DecodeResult {
    return decodeRecord(this.#decodeRequest(item, topic));
  }

  #learn(item: Item, topic: TopicName, generation: number) {
    return decodeAndLearn(this.#decodeRequest(item, topic), (work) => this.#parts.call(work, generation));
  }

  #decodeRequest({ record }: Item, topic: TopicName): DecodeRequest {
    const { codec, limits, processor } = this.#parts;
    return { codec, topic, record, tombstones: processor.kind === "sink", bytesMax: limits.recordBytes };
  }

  #reject(item: Item, message: string): Outcome {
    const { processor, clock } = this.#parts;
    const record = { origin: item.record, topic: this.#topicOf(item) };
    const own = processor.kind === "stage" ? processor.rejectForeign?.(record, message, clock.now()) : undefined;
    return own ?? poison(message);
  }

  async #apply(tasks: readonly Task[], generation: number): Promise<void> {
    const { processor, clock, call } = this.#parts;
    if (processor.kind !== "sink") return;
    const records = tasks.map(({ record }) => record);
    const outcomes = await call(() => processor.apply(records, clock.now()), generation);
    await this.#complete(pair(tasks, outcomes, processor.name), generation);
  }

  async #decide(tasks: readonly Task[], generation: number): Promise<void> {
    const results = await this.#parts.call(() => this.#gatherAndDecide(tasks), generation);
    const completions: Completion[] = [];
    for (const [i, task] of tasks.entries()) {
      const result = results[i] as StageResult;
      if (result.kind !== "perform") completions.push({ item: task.item, span: task.span, outcome: result });
      else this.#detach([task.item], generation, () => this.#perform(task, result, generation));
    }
    if (completions.length > 0) await this.#complete(completions, generation);
  }

  async #gatherAndDecide(tasks: readonly Task[]): Promise<readonly StageResult[]> {
    const { processor, clock } = this.#parts;
    if (processor.kind !== "stage") throw new Error(`${processor.name} is no stage`);
    const records = tasks.map(({ record }) => record);
    const now = clock.now();
    const facts = await processor.gather(records, now);
    if (facts.length !== records.length) {
      throw new Error(`${processor.name} gathered facts for ${facts.length} of ${records.length} records`);
    }
    return records.map((record, i) => processor.decide(record, facts[i], now));
  }

  /** A provider call. After a failed try all is looked up and decided again: the person may have opted out meanwhile. */
  async #perform(task: Task, first: StageResult, generation: number): Promise<void> {
    const { processor, deadline, call } = this.#parts;
    let result: StageResult | undefined = first;
    const outcome = await call(async () => {
      const current: StageResult = result ?? ((await this.#gatherAndDecide([task]))[0] as StageResult);
      result = undefined;
      if (current.kind !== "perform") return current;
      if (processor.kind !== "stage" || !processor.perform) throw new Error(`${processor.name} cannot perform`);
      return processor.perform(current.effect, task.record, deadline);
    }, generation);
    await this.#complete([{ item: task.item, span: task.span, outcome }], generation);
  }

  /** Writes the outputs of these records, in one call unless they are large, and only then lets go of the records. */
  async #complete(completions: readonly Completion[], generation: number): Promise<void> {
    const { clock, limits, outbox, call, send } = this.#parts;
    const now = clock.now();
    const done = completions.map(({ item, outcome, span }) => ({
      record: item.record,
      value: item.value,
      outcome,
      span,
    }));
    for (const outputs of outbox.parts(done, now, limits.outputBytes)) await call(() => send(outputs), generation);
    await this.#afterWrite(completions, generation);
    const doneAt = clock.now();
    for (const completion of completions) this.#report(completion, doneAt);
    for (const { item } of completions) item.isDetached = true;
    this.#parts.onComplete(completions, generation);
  }

  async #afterWrite(completions: readonly Completion[], generation: number): Promise<void> {
    const { processor, clock, call } = this.#parts;
    if (processor.kind !== "stage" || !processor.afterWrite) return;
    const outcomes = completions.map(({ outcome }) => outcome);
    await call(async () => processor.afterWrite?.(outcomes, clock.now()), generation);
  }

  #report({ item, span, outcome }: Completion, now: Instant): void {
    const { telemetry, processor, setAside } = this.#parts;
    const topic = this.#topicOf(item);
    const record = { value: item.value, origin: item.record, topic };
    const durationMs = now - item.deliveredAt;
    if (outcome.kind === "deadLetter" && isForeignTopic(topic)) {
      const { reason, message } = outcome;
      const ids = recordIds(item.record, item.value, span.traceId);
      setAside.add({ topic, record: item.record, reason, message, ids }, now);
    }
    const end: RecordEnd = { record, outcome, durationMs, span };
    reportRecord(telemetry, processor.name, end);
    item.batch?.add(end);
  }

  #release(item: Item, generation: number): void {
    item.isDetached = true;
    item.batch?.release();
    this.#parts.onRelease(item, generation);
  }

  /** The record's topic without prefix. */
  #topicOf({ record }: Item): TopicName {
    return record.topic.slice(this.#parts.prefix.length) as TopicName;
  }
}

function pair(tasks: readonly Task[], outcomes: readonly Outcome[], stage: string): Completion[] {
  if (outcomes.length !== tasks.length)
    throw new Error(`${stage} applied ${outcomes.length} of ${tasks.length} records`);
  return tasks.map(({ item, span }, i) => ({ item, span, outcome: outcomes[i] as Outcome }));
}

import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord, OutRecord, TopicPartition } from "#shared/contracts/log-record.ts";
import { groupOf, type TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Consumer, Log, Producer } from "#shared/platform/kafka/port.ts";
import { redactedError } from "#shared/platform/telemetry/redacted-error.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { type RecordSpan, startRecordSpan } from "#shared/platform/telemetry/tracing.ts";
import { decodeRecord, poison } from "./decode.ts";
import { Fuse } from "./fuse.ts";
import { Inbox, type Item } from "./inbox.ts";
import { type JobParts, runJob } from "./jobs.ts";
import { type LagParts, watchLag } from "./lag.ts";
import { type ShellLimits, shellLimits } from "./limits.ts";
import { abandoned, OutageWatch } from "./outage-watch.ts";
import { Outbox } from "./outbox.ts";
import type { Runnable } from "./processor.ts";
import { outcomeLabel, outputWritten, recordDone } from "./record-telemetry.ts";

/** What the shell runs, and on what. */
export interface ShellParts {
  readonly runnable: Runnable;
  readonly log: Log;
  readonly codec: Codec;
  readonly clock: Clock;
  /** In [0, 1); jitter only. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
  /** Put before every topic and group name. */
  readonly prefix: string;
  readonly limits?: Partial<ShellLimits>;
  /** Called once when the process must end: the consumer crashed, or something unknown was thrown. */
  readonly onCrash: (error: unknown) => void;
}

/** What one processor says of itself. */
export interface ShellState {
  readonly stage: string;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly why: string | undefined;
  /** Partitions. */
  readonly assigned: number;
  /** Records waiting and in work. */
  readonly inHand: number;
  /** Milliseconds without progress while records are in hand; 0 when none are. */
  readonly stalledMs: number;
}

interface Task {
  readonly item: Item;
  readonly received: DecodedRecord<unknown>;
  readonly span: RecordSpan;
}

interface Settled {
  readonly item: Item;
  readonly span: RecordSpan;
  readonly outcome: Outcome;
}

type Decided = Outcome | { readonly kind: "perform"; readonly effect: unknown };

/**
 * Runs one processor as one member of its consumer group: decodes, keeps the order of each key, gathers, decides,
 * performs, writes outputs, and commits what is done without a hole. All processors differ only in what they decide.
 */
export class Shell {
  readonly #parts: ShellParts;
  readonly #limits: ShellLimits;
  readonly #fuse: Fuse;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #trouble: OutageWatch;
  readonly #stopping = new AbortController();
  /** Aborts provider calls that outlast the deadline of a stop. */
  readonly #deadline = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #working = new Map<number, number>();
  readonly #whenIdle: (() => void)[] = [];
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;
  #generation = -1;
  #revoking = false;
  /** Aborts what the generation waits for, when it has passed or the stage stops. */
  #generationEnd = new AbortController();
  #assigned = 0;
  #batches = 0;
  #draining = 0;
  #sinceCommit = 0;
  #lastProgress = 0;
  /** When the record that was last done with was written. */
  #lastTimestamp = 0;
  #crashed = false;

  constructor(parts: ShellParts) {
    this.#parts = parts;
    this.#limits = { ...shellLimits(parts.runnable.processor), ...parts.limits };
    this.#fuse = new Fuse(this.#limits.fuse);
    this.#outbox = new Outbox({ codec: parts.codec, prefix: parts.prefix, stage: this.stage });
    this.#inbox = new Inbox({
      ordered: parts.runnable.processor.kind === "stage",
      priorityOf: (topic) => (topic.endsWith(".bulk") ? 1 : 0),
      waitingRecords: this.#limits.waitingRecords,
      waitingBytes: this.#limits.waitingBytes,
      pause: (partitions) => this.#consumer?.pause(partitions),
      resume: (partitions) => this.#consumer?.resume(partitions),
    });
    this.#trouble = new OutageWatch({
      clock: parts.clock,
      random: parts.random,
      tries: this.#limits.outageTries,
      onFailedTry: (code, attempt, error) => this.#onTrouble(code, attempt, error),
    });
  }

  get stage(): string {
    return this.#parts.runnable.processor.name;
  }

  /** Makes ready what the processor needs, joins the group and starts the jobs. */
  async start(): Promise<void> {
    const { runnable, log, prefix } = this.#parts;
    await runnable.ready?.();
    this.#producer = await log.producer();
    this.#consumer = await log.consumer({
      groupId: prefix + groupOf(this.stage),
      topics: runnable.processor.inputs.map((topic) => prefix + topic),
      fetchBytesMin: this.#limits.fetchBytesMin,
    });
    this.#progress();
    await this.#consumer.start({
      assigned: (partitions, generation) => this.#onAssigned(partitions, generation),
      revoking: (generation) => this.#onRevoking(generation),
      records: (records, generation) => this.#onRecords(records, generation),
      crashed: (error) => this.#crash(error),
    });
    this.#loops.push(this.#commitLoop(), watchLag(this.#lagParts(), this.#stopping.signal));
    for (const job of runnable.jobs ?? []) this.#loops.push(runJob(job, this.#jobParts()));
  }

  /** Takes no more records, lets those in work finish within the deadline, commits, leaves the group, closes. */
  async stop(deadlineMs: number): Promise<void> {
    const { clock, runnable } = this.#parts;
    const end = clock.now() + deadlineMs;
    const left = () => Math.max(500, end - clock.now());
    this.#stopping.abort();
    this.#generationEnd.abort();
    this.#inbox.clear();
    const drained = new AbortController();
    await Promise.race([this.#idle(), clock.sleep(deadlineMs, drained.signal)]);
    drained.abort();
    this.#deadline.abort();
    await this.#commit(this.#generation);
    await this.#consumer?.close(left());
    await Promise.all(this.#loops);
    await this.#producer?.close(left());
    await runnable.close?.();
  }

  state(): ShellState {
    const inHand = this.#inbox.waiting + this.#inWork();
    const why = this.#whyUnready();
    const stalledMs = inHand === 0 ? 0 : this.#parts.clock.now() - this.#lastProgress;
    return { stage: this.stage, ready: why === undefined, why, assigned: this.#assigned, inHand, stalledMs };
  }

  #whyUnready(): string | undefined {
    if (this.#crashed) return "the stage has crashed";
    if (this.#stopping.signal.aborted) return "the stage is stopping";
    if (this.#fuse.blownReason) return `the dead-letter fuse is blown: ${this.#fuse.blownReason}`;
    if (this.#generation < 0) return "the group has not taken it in yet";
    const code = this.#trouble.outage;
    return code === undefined ? undefined : `it waits for something outside: ${code}`;
  }

  // --- what the log tells ---

  #onAssigned(partitions: readonly TopicPartition[], generation: number): void {
    this.#generationEnd.abort();
    if (!this.#stopping.signal.aborted) this.#generationEnd = new AbortController();
    this.#revoking = false;
    this.#generation = generation;
    this.#assigned = partitions.length;
    this.#inbox.assign(partitions);
    // What older generations have in work must end before its second delivery may begin.
    this.#draining = this.#inWork();
    this.#parts.telemetry.metrics.count("comms_rebalances_total", { stage: this.stage });
    this.#progress();
  }

  /** Drains what is in work and commits it, so that whoever comes next does as little as possible a second time. */
  async #onRevoking(generation: number): Promise<void> {
    this.#revoking = true;
    this.#generationEnd.abort();
    await this.#idle();
    await this.#commit(generation);
  }

  #onRecords(records: readonly InRecord[], generation: number): void {
    if (generation !== this.#generation || this.#closed()) return;
    if (this.#inbox.waiting + this.#inWork() === 0) this.#progress();
    this.#inbox.add(records, this.#parts.clock.now());
    this.#pump();
  }

  #closed(): boolean {
    return this.#crashed || this.#stopping.signal.aborted || this.#fuse.blownReason !== undefined;
  }

  // --- the pump: from the inbox into work ---

  #pump(): void {
    while (this.#mayTake()) {
      const room = Math.min(this.#limits.batch, this.#limits.inFlight - this.#inWork());
      // A quarter of the places is kept from the bulk lane, so that a code never waits for a newsletter's turn.
      const items = this.#inbox.take(room, Math.ceil(this.#limits.inFlight * 0.75));
      if (items.length === 0) break;
      const generation = this.#generation;
      this.#batches++;
      this.#working.set(generation, (this.#working.get(generation) ?? 0) + items.length);
      void this.#task(items, generation, () => this.#batch(items, generation)).finally(() => {
        this.#batches--;
        this.#pump();
      });
    }
    const { metrics } = this.#parts.telemetry;
    const inHand = this.#inbox.waiting + this.#inWork();
    metrics.set("comms_stage_in_flight_records", { stage: this.stage }, inHand);
    const behindMs = inHand === 0 ? 0 : Math.max(0, this.#parts.clock.now() - this.#lastTimestamp);
    metrics.set("comms_consumer_lag_seconds", { group: groupOf(this.stage) }, behindMs / 1000);
  }

  #mayTake(): boolean {
    const { inFlight, batches } = this.#limits;
    return (
      !this.#closed() && !this.#revoking && this.#draining === 0 && this.#batches < batches && this.#inWork() < inFlight
    );
  }

  /** Owns these records until each is settled or handed on: what is abandoned is let go of, what is unknown crashes. */
  async #task(items: readonly Item[], generation: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error !== abandoned) this.#crash(error);
      for (const item of items) if (!item.settled) this.#letGo(item, generation, false);
    }
  }

  // --- one batch ---

  async #batch(items: readonly Item[], generation: number): Promise<void> {
    const tasks: Task[] = [];
    for (const item of items) {
      const span = startRecordSpan(this.stage, this.#bare(item.record.topic), item.record);
      const decoded = await this.#decode(item, generation);
      if (decoded.kind === "deadLetter")
        this.#handOn(item, generation, () => this.#settle([{ item, span, outcome: decoded }], generation));
      else tasks.push({ item, received: decoded.received, span });
    }
    if (tasks.length === 0) return;
    if (this.#parts.runnable.processor.kind === "sink") await this.#apply(tasks, generation);
    else await this.#decide(tasks, generation);
  }

  /** Gives one record a task of its own, so that it holds back nobody but its key. */
  #handOn(item: Item, generation: number, work: () => Promise<void>): void {
    item.settled = true;
    void this.#task([], generation, async () => {
      try {
        await work();
      } catch (error) {
        this.#letGo(item, generation, false);
        throw error;
      }
    });
  }

  async #decode(item: Item, generation: number) {
    const { codec, runnable } = this.#parts;
    const topic = this.#bare(item.record.topic);
    const tombstones = runnable.processor.kind === "sink";
    for (;;) {
      const decoded = decodeRecord({
        codec,
        topic,
        record: item.record,
        tombstones,
        bytesMax: this.#limits.recordBytes,
      });
      if (decoded.kind === "bad") return decoded.rejection;
      if (decoded.kind === "good") {
        item.value = decoded.received.value;
        return { kind: "good", received: decoded.received } as const;
      }
      const refused = await this.#outside(() => learn(codec, decoded.schemaId), generation);
      if (refused) return refused;
    }
  }

  async #apply(tasks: readonly Task[], generation: number): Promise<void> {
    const { runnable, clock } = this.#parts;
    const { processor } = runnable;
    if (processor.kind !== "sink") return;
    const records = tasks.map(({ received }) => received);
    const outcomes = await this.#outside(() => processor.apply(records, clock.now()), generation);
    await this.#settle(pair(tasks, outcomes, this.stage), generation);
  }

  async #decide(tasks: readonly Task[], generation: number): Promise<void> {
    const results = await this.#outside(() => this.#gatherAndDecide(tasks), generation);
    const settled: Settled[] = [];
    for (const [i, task] of tasks.entries()) {
      const result = results[i] as Decided;
      if (result.kind !== "perform") settled.push({ item: task.item, span: task.span, outcome: result });
      else this.#handOn(task.item, generation, () => this.#perform(task, result, generation));
    }
    if (settled.length > 0) await this.#settle(settled, generation);
  }

  async #gatherAndDecide(tasks: readonly Task[]): Promise<readonly Decided[]> {
    const { runnable, clock } = this.#parts;
    const { processor } = runnable;
    if (processor.kind !== "stage") throw new Error(`${this.stage} is no stage`);
    const records = tasks.map(({ received }) => received);
    const now = clock.now();
    const facts = await processor.gather(records, now);
    if (facts.length !== records.length) {
      throw new Error(`${this.stage} gathered facts for ${facts.length} of ${records.length} records`);
    }
    return records.map((record, i) => processor.decide(record, facts[i], now));
  }

  /** A provider call. After trouble all is looked up and decided anew: the person may have opted out meanwhile. */
  async #perform(task: Task, first: Decided, generation: number): Promise<void> {
    const { processor } = this.#parts.runnable;
    let decided: Decided | undefined = first;
    const outcome = await this.#outside(async () => {
      const current: Decided = decided ?? ((await this.#gatherAndDecide([task]))[0] as Decided);
      decided = undefined;
      if (current.kind !== "perform") return current;
      if (processor.kind !== "stage" || !processor.perform) throw new Error(`${this.stage} cannot perform`);
      return processor.perform(current.effect, task.received, this.#deadline.signal);
    }, generation);
    await this.#settle([{ item: task.item, span: task.span, outcome }], generation);
  }

  // --- outputs, then the end of a record ---

  /** Writes the outputs of these records, in one call unless they are large, and only then lets go of the records. */
  async #settle(settled: readonly Settled[], generation: number): Promise<void> {
    const now = this.#parts.clock.now();
    const ended = settled.map(({ item, outcome, span }) => ({ record: item.record, value: item.value, outcome, span }));
    for (const outputs of this.#outbox.parts(ended, now, this.#limits.outputBytes)) {
      await this.#outside(() => this.#send(outputs), generation);
    }
    for (const one of settled) this.#finish(one, generation);
  }

  async #send(outputs: readonly OutRecord[]): Promise<void> {
    await this.#producer?.send(outputs);
  }

  #finish({ item, span, outcome }: Settled, generation: number): void {
    const { telemetry, clock } = this.#parts;
    const { stage } = this;
    const record = { value: item.value, origin: item.record, topic: this.#bare(item.record.topic) };
    const durationMs = clock.now() - item.deliveredAt;
    recordDone(telemetry, { stage, record, outcome, durationMs, traceId: span.traceId });
    const rejected = outcome.kind === "deadLetter";
    if (rejected) telemetry.metrics.count("comms_dead_letters_total", { stage, reason: outcome.reason });
    else for (const output of outcome.outputs) outputWritten(telemetry, output);
    span.end(outcomeLabel(outcome), rejected);
    this.#letGo(item, generation, true);
    if (this.#fuse.count(rejected) !== undefined) this.#blow();
  }

  #letGo(item: Item, generation: number, done: boolean): void {
    item.settled = true;
    this.#lastTimestamp = item.record.timestamp;
    const left = (this.#working.get(generation) ?? 0) - 1;
    if (left > 0) this.#working.set(generation, left);
    else this.#working.delete(generation);
    this.#progress();
    if (generation === this.#generation) {
      this.#inbox.finish(item, done);
      if (++this.#sinceCommit >= this.#limits.commitEveryRecords) void this.#commit(generation);
    } else if (this.#draining > 0) this.#draining--;
    if (this.#inWork() === 0) for (const wake of this.#whenIdle.splice(0)) wake();
    this.#pump();
  }

  // --- trouble, fuse, crash ---

  /** Anything that asks a broker, a store or a provider: waited out while the records are still ours. */
  #outside<T>(work: () => Promise<T>, generation: number): Promise<T> {
    const signal = generation === this.#generation ? this.#generationEnd.signal : AbortSignal.abort();
    return this.#trouble.call(work, signal);
  }

  #onTrouble(code: string, attempt: number, error: Error): void {
    const { telemetry } = this.#parts;
    telemetry.metrics.count("comms_stage_trouble_total", { stage: this.stage, code });
    if (attempt === this.#limits.outageTries)
      telemetry.log.warn({ stage: this.stage, code }, redactedError(error).message ?? "waits for something outside");
    // Waiting for something known is not being wedged.
    this.#progress();
  }

  #blow(): void {
    const { telemetry } = this.#parts;
    telemetry.metrics.set("comms_dead_letter_fuse_blown", { stage: this.stage }, 1);
    telemetry.log.error({ stage: this.stage, code: "DEAD_LETTER_FUSE" }, this.#fuse.blownReason);
    this.#inbox.clear();
    void this.#commit(this.#generation).then(() => this.#consumer?.close());
  }

  #crash(error: unknown): void {
    if (this.#crashed) return;
    this.#crashed = true;
    this.#parts.telemetry.log.fatal({ stage: this.stage, err: error }, "the stage has crashed");
    this.#parts.onCrash(error);
  }

  // --- commits and jobs ---

  async #commit(generation: number): Promise<void> {
    const positions = generation === this.#generation ? this.#inbox.positions() : [];
    this.#sinceCommit = 0;
    if (positions.length === 0 || !this.#consumer) return;
    const outcome = await this.#consumer.commit(positions, generation).then(
      () => "ok",
      (error: unknown) => codeOf(error),
    );
    if (outcome === "ok") this.#inbox.committed(positions);
    this.#parts.telemetry.metrics.count("comms_commits_total", { stage: this.stage, outcome });
  }

  async #commitLoop(): Promise<void> {
    const { clock, telemetry } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(this.#limits.commitEveryMs, this.#stopping.signal);
      await this.#commit(this.#generation);
      telemetry.metrics.set("comms_stage_ready", { stage: this.stage }, this.#whyUnready() === undefined ? 1 : 0);
    }
  }

  #lagParts(): LagParts {
    const { clock, log, prefix, runnable, telemetry } = this.#parts;
    return { clock, log, prefix, stage: this.stage, topics: runnable.processor.inputs, metrics: telemetry.metrics };
  }

  #jobParts(): JobParts {
    return {
      clock: this.#parts.clock,
      telemetry: this.#parts.telemetry,
      outages: this.#trouble,
      outbox: this.#outbox,
      send: (records) => this.#send(records),
      stopping: this.#stopping.signal,
      deadline: this.#deadline.signal,
      closed: () => this.#closed(),
      onCrash: (error) => this.#crash(error),
    };
  }

  // --- small things ---

  #idle(): Promise<void> {
    return this.#inWork() === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #inWork(): number {
    let sum = 0;
    for (const count of this.#working.values()) sum += count;
    return sum;
  }

  #progress(): void {
    this.#lastProgress = this.#parts.clock.now();
    this.#consumer?.progress();
  }

  #bare(topic: string): TopicName {
    return topic.slice(this.#parts.prefix.length) as TopicName;
  }
}

async function learn(codec: Codec, schemaId: number) {
  try {
    await codec.learn(schemaId);
    return undefined;
  } catch (error) {
    if (isRetryable(error) || codeOf(error) !== "COMMS_POISON") throw error;
    return poison((error as Error).message);
  }
}

function pair(tasks: readonly Task[], outcomes: readonly Outcome[], stage: string): Settled[] {
  if (outcomes.length !== tasks.length)
    throw new Error(`${stage} applied ${outcomes.length} of ${tasks.length} records`);
  return tasks.map(({ item, span }, i) => ({ item, span, outcome: outcomes[i] as Outcome }));
}

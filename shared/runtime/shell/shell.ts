import type { InRecord, OutRecord, TopicPartition } from "#shared/contracts/log-record.ts";
import { groupOf } from "#shared/contracts/topics.ts";
import type { Consumer, Producer } from "#shared/platform/kafka/port.ts";
import { groupTopicsOf, type PartitionLag } from "../lag/group-lag.ts";
import { watchLag } from "../lag/lag-watch.ts";
import { shellLimits, stalledMsMax } from "../limits.ts";
import { noLongerOurs } from "../outage-watch.ts";
import { Outbox } from "../outputs/outbox.ts";
import { Inbox, type Item } from "../records/inbox.ts";
import { type Completion, RecordPipeline } from "../records/record-pipeline.ts";
import { exposeDeadLetters } from "../records/record-telemetry.ts";
import { SetAsideSummary } from "../records/set-aside-summary.ts";
import { Committer } from "./committer.ts";
import { FuseGuard } from "./fuse-guard.ts";
import { Generations } from "./generations.ts";
import { type JobParts, runJob } from "./jobs.ts";
import { Precedence } from "./precedence.ts";
import { Pump } from "./pump.ts";
import type { ShellParts, ShellState } from "./shell-parts.ts";
import { StageHealth } from "./stage-health.ts";
import { StageProgress } from "./stage-progress.ts";

/** Whether a topic is the bulk twin of another. */
function isBulk(topic: string): boolean {
  return topic.endsWith(".bulk");
}

/**
 * Runs one processor as one member of its consumer group: takes records in, keeps the order of each key, passes batches
 * through the pipeline (`record-pipeline.ts`), and commits what is done without a hole. All processors differ only in
 * what they decide.
 */
export class Shell {
  readonly #parts: ShellParts;
  readonly #fetchBytesMin: number;
  readonly #generations = new Generations();
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #progress: StageProgress;
  readonly #health: StageHealth;
  readonly #fuseGuard: FuseGuard;
  readonly #committer: Committer;
  readonly #pump: Pump;
  readonly #precedence: Precedence;
  readonly #setAside: SetAsideSummary;
  readonly #stopping = new AbortController();
  /** Aborts provider calls that outlast the deadline of a stop. */
  readonly #deadline = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;
  /** Whether a rebalance waits to hear if another member has blown the fuse: nothing is taken meanwhile. */
  #isAskingForFuse = false;
  #isStandingStill = false;

  constructor(parts: ShellParts) {
    this.#parts = parts;
    const { runnable, clock, codec, prefix } = parts;
    const { processor } = runnable;
    const generations = this.#generations;
    const limits = { ...shellLimits(processor), ...parts.limits };
    this.#fetchBytesMin = limits.fetchBytesMin;
    this.#outbox = new Outbox({ codec, prefix, stage: this.stage });
    this.#inbox = new Inbox({
      ordered: processor.kind === "stage",
      priorityOf: (topic) => Number(isBulk(topic)),
      ...limits,
      pause: (partitions) => this.#consumer?.pause(partitions),
      resume: (partitions) => this.#consumer?.resume(partitions),
    });
    const common = { ...parts, stage: this.stage, processor, limits, generations, inbox: this.#inbox };
    this.#progress = new StageProgress(clock, () => this.#consumer?.progress());
    this.#health = new StageHealth({
      ...common,
      stopping: this.#stopping.signal,
      onFailedTry: () => this.#progress.move(),
    });
    this.#fuseGuard = new FuseGuard({ ...common, health: this.#health, stopping: this.#stopping.signal });
    this.#committer = new Committer({
      ...common,
      onFailed: () => this.#progress.move(),
      send: (positions, generation) => this.#consumer?.commit(positions, generation) ?? Promise.resolve(),
    });
    this.#setAside = new SetAsideSummary(common);
    exposeDeadLetters(parts.telemetry, this.stage, processor.inputs);
    const pipeline = new RecordPipeline({
      ...common,
      setAside: this.#setAside,
      outbox: this.#outbox,
      send: (outputs) => this.#send(outputs),
      call: (work, generation) => this.#health.outages.call(work, generations.signalOf(generation)),
      deadline: this.#deadline.signal,
      onComplete: (completions, generation) => this.#onComplete(completions, generation),
      onRelease: (item, generation) => this.#release([item], generation, false),
      onCrash: (error) => this.#health.crash(error),
    });
    this.#precedence = parts.precedence ?? new Precedence(clock);
    this.#pump = new Pump({
      ...common,
      precedence: this.#precedence,
      isClosed: () => this.#health.isClosed || this.#isAskingForFuse,
      run: (items, generation) => pipeline.run(items, generation),
      afterEach: () => this.#observeLoad(),
    });
    // A stage without a bulk twin has no express lane either: what it works on is in nobody's way.
    if (processor.inputs.some(isBulk)) this.#precedence.join(this.#pump);
  }

  get stage(): string {
    return this.#parts.runnable.processor.name;
  }

  /**
   * Makes ready what the processor needs, joins the group and starts the jobs. A stage whose fuse is blown starts and takes
   * no part in the group until it is lifted.
   */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (error !== noLongerOurs) throw error;
    }
  }

  async #start(): Promise<void> {
    const { runnable, log } = this.#parts;
    await this.#health.outages.call(async () => runnable.ready?.(), this.#stopping.signal);
    const { processor } = runnable;
    this.#producer = await log.producer({ lingerMs: (processor.kind === "stage" && processor.lingerMs) || 0 });
    if (await this.#fuseGuard.mayRun()) await this.#join();
    else void this.#standStill();
    this.#loops.push(this.#commitLoop(), this.#lagLoop());
    for (const job of runnable.jobs ?? []) this.#loops.push(runJob(job, this.#jobParts()));
  }

  async #join(): Promise<void> {
    const { runnable, log, prefix } = this.#parts;
    this.#health.mendFuse();
    this.#consumer = await log.consumer({
      groupId: prefix + groupOf(this.stage),
      topics: runnable.processor.inputs.map((topic) => prefix + topic),
      fetchBytesMin: this.#fetchBytesMin,
    });
    this.#progress.move();
    await this.#consumer.start({
      assigned: (partitions, generation) => this.#onAssigned(partitions, generation),
      revoking: (generation) => this.#onRevoking(generation),
      records: (records, generation) => this.#onRecords(records, generation),
      refused: (error) => this.#health.refuse(error),
      crashed: (error) => this.#health.crash(error),
    });
  }

  /** Takes no more records, lets those in work finish within the deadline, commits, leaves the group, closes. */
  async stop(deadlineMs: number): Promise<void> {
    const { clock, runnable } = this.#parts;
    const end = clock.now() + deadlineMs;
    const leftMs = () => Math.max(500, end - clock.now());
    this.#stopping.abort();
    this.#generations.stop();
    this.#inbox.clear();
    const drained = new AbortController();
    await Promise.race([this.#generations.idle(), clock.sleep(deadlineMs, drained.signal)]);
    drained.abort();
    this.#deadline.abort();
    await this.#committer.commit(this.#generations.current);
    this.#setAside.flush(clock.now(), true);
    await this.#consumer?.close(leftMs());
    await Promise.all(this.#loops);
    await this.#producer?.close(leftMs());
    this.#precedence.leave(this.#pump);
    await runnable.close?.();
  }

  state(): ShellState {
    const why = this.#whyUnready();
    const [inHand, stalledMs] = [this.#inHand(), this.#stalledMs()];
    return { stage: this.stage, ready: why === undefined, why, assigned: this.#inbox.assigned, inHand, stalledMs };
  }

  #whyUnready(): string | undefined {
    const why = this.#health.whyUnready(this.#generations.current >= 0);
    const stalledMs = this.#stalledMs();
    return why ?? (stalledMs > stalledMsMax ? `no progress for ${Math.round(stalledMs / 1000)} s` : undefined);
  }

  /** A stage that rests, or waits for something known, is not wedged: a restart would mend nothing. */
  #stalledMs(): number {
    if (this.#health.isClosed || this.#health.isRefused || this.#health.outages.outage !== undefined) return 0;
    return this.#progress.stalledMs(this.#inHand());
  }

  // --- events of the log ---

  #onAssigned(partitions: readonly TopicPartition[], generation: number): void {
    this.#health.joined();
    this.#generations.begin(generation);
    this.#inbox.assign(partitions);
    this.#parts.telemetry.metrics.count("comms_rebalances_total", { stage: this.stage });
    this.#progress.move();
    void this.#askForFuse(generation);
  }

  /**
   * A member whose fuse blows leaves, which is a rebalance to the others: each asks before it takes up what that one left. So
   * does a member that has just joined: the fuse may have blown since it asked.
   */
  async #askForFuse(generation: number): Promise<void> {
    this.#isAskingForFuse = true;
    try {
      const mayRun = await this.#fuseGuard.mayRun(this.#generations.signalOf(generation));
      if (!mayRun) void this.#standStill();
    } catch (error) {
      if (error !== noLongerOurs) this.#health.crash(error);
    }
    if (generation !== this.#generations.current) return;
    this.#isAskingForFuse = false;
    this.#pump.pump();
  }

  /** Drains what is in work and commits it, so that the next owner does as little as possible a second time. */
  async #onRevoking(generation: number): Promise<void> {
    this.#generations.revoke();
    await this.#generations.idle();
    await this.#committer.commit(generation);
  }

  #onRecords(records: readonly InRecord[], generation: number): void {
    if (generation !== this.#generations.current || this.#health.isClosed) return;
    if (this.#inHand() === 0) this.#progress.move();
    this.#inbox.add(records, this.#parts.clock.now());
    this.#pump.pump();
  }

  // --- the end of a record ---

  #onComplete(completions: readonly Completion[], generation: number): void {
    for (const { item, outcome } of completions) {
      const cause = this.#health.countOutcome(outcome, item.record.topic.slice(this.#parts.prefix.length));
      if (cause !== undefined) void this.#standStill(cause);
    }
    this.#release(
      completions.map(({ item }) => item),
      generation,
      true,
    );
  }

  /**
   * Takes no part in the group until the fuse is lifted, then joins again. With a cause, the fuse has blown here: what is done
   * is committed, and the store knows before another member may take up the partitions. Never rejects.
   */
  async #standStill(cause?: string): Promise<void> {
    if (this.#isStandingStill) return;
    this.#isStandingStill = true;
    try {
      this.#inbox.clear();
      if (cause !== undefined) await this.#fuseGuard.blow(cause);
      await this.#leaveGroup();
      await this.#fuseGuard.untilLifted();
      this.#isStandingStill = false;
      if (!this.#stopping.signal.aborted) await this.#join();
    } catch (error) {
      if (error !== noLongerOurs) this.#health.crash(error);
    }
  }

  async #leaveGroup(): Promise<void> {
    if (this.#generations.current >= 0) await this.#onRevoking(this.#generations.current);
    await this.#consumer?.close();
    this.#consumer = undefined;
    this.#inbox.assign([]);
    this.#generations.leaveGroup();
  }

  /** The records have left the pipeline, done or not. */
  #release(items: readonly Item[], generation: number, done: boolean): void {
    this.#progress.move();
    if (generation === this.#generations.current) {
      for (const item of items) this.#inbox.finish(item, done);
      this.#committer.count(generation, items.length);
    }
    this.#generations.leave(generation, items.length);
    this.#pump.pump();
  }

  #observeLoad(): void {
    const { metrics } = this.#parts.telemetry;
    metrics.set("comms_stage_in_flight_records", { stage: this.stage }, this.#inHand());
  }

  #inHand(): number {
    return this.#inbox.waiting + this.#generations.inWork;
  }

  // --- loops ---

  #commitLoop(): Promise<void> {
    const { clock, telemetry } = this.#parts;
    return this.#committer.run(this.#stopping.signal, () => {
      telemetry.metrics.set("comms_stage_ready", { stage: this.stage }, this.#whyUnready() === undefined ? 1 : 0);
      this.#setAside.flush(clock.now(), this.#stopping.signal.aborted);
    });
  }

  #lagLoop(): Promise<void> {
    const { runnable, telemetry } = this.#parts;
    const own = { groups: [groupTopicsOf(this.stage, runnable.processor.inputs)], countedGroups: [] };
    const onLag = (_group: string, lags: readonly PartitionLag[]) => this.#progress.observe(this.#isBehind(lags));
    return watchLag({ ...this.#parts, metrics: telemetry.metrics, ...own, onLag }, this.#stopping.signal);
  }

  /** Whether partitions of ours hold records that are not done: also where the client delivers none of them. */
  #isBehind(lags: readonly PartitionLag[]): boolean {
    const { prefix } = this.#parts;
    return lags.some(
      ({ topic, partition, oldest }) => oldest !== undefined && this.#inbox.owns({ topic: prefix + topic, partition }),
    );
  }

  #jobParts(): JobParts {
    const { clock, telemetry } = this.#parts;
    return {
      clock,
      telemetry,
      outages: this.#health.outages,
      outbox: this.#outbox,
      send: (records) => this.#send(records),
      stopping: this.#stopping.signal,
      deadline: this.#deadline.signal,
      isClosed: () => this.#health.hasEnded,
      isResting: () => this.#health.isFuseBlown,
      onCrash: (error) => this.#health.crash(error),
    };
  }

  async #send(outputs: readonly OutRecord[]): Promise<void> {
    await this.#producer?.send(outputs);
  }
}

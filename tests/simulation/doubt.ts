import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Headers } from "#shared/contracts/log-record.ts";
import type { AttemptBatch, Feedback, Send } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { ChannelAdapter } from "#shared/delivery/adapter.ts";
import { createAttemptLog } from "#shared/delivery/attempt-log.ts";
import type { Breaker } from "#shared/delivery/breaker.ts";
import type { SendMeter } from "#shared/delivery/meter.ts";
import { silentMeter } from "#shared/delivery/meter.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import { type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createMemoryLedger, type MemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { aSend, aSender, outputsOn, start } from "#tests/unit/shared/delivery/sender-bench.ts";

/** One death of the sender's process. */
export interface Death {
  /** Before which of its steps: what it asks of ledger, log and provider, before and after each. */
  readonly atStep: number;
  /** Whether Redis is wiped right after it. */
  readonly isWiped: boolean;
}

/** One message and what happens to it. */
export interface DoubtCase {
  readonly critical: boolean;
  readonly deaths: readonly Death[];
  /** What the provider does with each call; it accepts those beyond. */
  readonly answers: readonly ("accepted" | "refused" | "unknown")[];
}

/** What came of it. */
export interface DoubtResult {
  /** Calls that the provider took, answered or not. */
  readonly taken: number;
  /** What `comms_ambiguous_sends_total` says. */
  readonly counted: number;
  /** Processes that died after the provider had their call and before the log had its result. */
  readonly diedInCall: number;
  readonly isOver: boolean;
}

const never = new Promise<never>(() => {});
const calm: Breaker = {
  admit: () => {},
  run: (call) => call(),
  trip: () => {},
  state: () => "closed",
  close: () => {},
};

interface Order {
  readonly send: Send;
  readonly headers: Readonly<Record<string, string>>;
}

/** The log, the provider and Redis of one message; they outlive its processes. */
class DoubtWorld {
  readonly #answers: DoubtCase["answers"];
  readonly #ledger: MemoryLedger = createMemoryLedger();
  readonly #batches: AttemptBatch[] = [];
  readonly #feedback: Feedback[] = [];
  #now = start;
  #processes = 0;
  #isInCall = false;
  taken = 0;
  counted = 0;
  diedInCall = 0;

  constructor(answers: DoubtCase["answers"]) {
    this.#answers = answers;
  }

  readonly clock: Clock = {
    now: () => this.#now,
    sleep: async (ms) => {
      this.#now += ms;
    },
  };

  result(isOver: boolean): DoubtResult {
    const { taken, counted, diedInCall } = this;
    return { taken, counted, diedInCall, isOver };
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  /** A process with one sender, that dies at its step; what follows never ends. */
  process(diesAt: number) {
    let steps = 0;
    const death = Promise.withResolvers<"dead">();
    const step = async (): Promise<void> => {
      if (steps++ < diesAt) return;
      death.resolve("dead");
      await never;
    };
    const between = async <T>(act: () => Promise<T>): Promise<T> => {
      await step();
      const result = await act();
      await step();
      return result;
    };
    const owner = `process-${++this.#processes}`;
    const write = (batch: AttemptBatch) => between(async () => void this.#batches.push(batch));
    const meter: SendMeter = { ...silentMeter, ambiguousSend: () => void this.counted++ };
    const { sender, take } = aSender({
      owner,
      meter,
      clock: this.clock,
      ledger: this.#stepped(between),
      attempts: createAttemptLog({ write, sender: owner, clock: this.clock }),
      adapter: this.#adapter(between),
      breaker: calm,
    });
    /** What the shell does with an order: its outputs on the log, then what the ledger learns of them. */
    const handle = async ({ send, headers }: Order): Promise<Outcome> => {
      const outcome = await take(send, headers);
      await between(async () => {
        this.#feedback.push(...outputsOn(outcome, "comms.feedback"));
        this.#isInCall = false;
      });
      await between(async () => sender.afterWrite?.([outcome], this.#now));
      return outcome;
    };
    return { handle, death: death.promise };
  }

  /** After a death, and a wipe where there was one, the next process finds a ledger that is restored. */
  async goOn({ isWiped, isFeedbackFirst }: { readonly isWiped: boolean; readonly isFeedbackFirst: boolean }) {
    if (this.#isInCall) this.diedInCall++;
    this.#isInCall = false;
    this.pass(leaseMs);
    if (!isWiped) return;
    this.#ledger.wipe();
    const { apply } = createRebuildableLedger(this.#ledger);
    const topics = [recordsOf("comms.feedback", this.#feedback), recordsOf("comms.attempts", this.#batches)];
    for (const records of isFeedbackFirst ? topics : topics.toReversed()) await apply(records, this.#now);
    this.#ledger.restored();
  }

  #stepped(between: <T>(act: () => Promise<T>) => Promise<T>): Ledger {
    const ledger = this.#ledger;
    return {
      peek: (...args) => between(() => ledger.peek(...args)),
      begin: (...args) => between(() => ledger.begin(...args)),
      confirm: (...args) => between(() => ledger.confirm(...args)),
      record: (...args) => between(() => ledger.record(...args)),
      release: (...args) => between(() => ledger.release(...args)),
      reconcile: (...args) => between(() => ledger.reconcile(...args)),
      restoreCalls: (...args) => ledger.restoreCalls(...args),
    };
  }

  #adapter(between: <T>(act: () => Promise<T>) => Promise<T>): ChannelAdapter {
    let calls = 0;
    const answer = async (): Promise<Answer> => {
      const says = this.#answers[calls++ + this.#processes - 1] ?? "accepted";
      if (says === "refused") return { kind: "refused", code: "Slow" };
      this.taken++;
      this.#isInCall = true;
      return says === "accepted" ? { kind: "accepted", ref: "r" } : { kind: "unknown", code: "RESET" };
    };
    return {
      answers: { Slow: { act: "retry", description: "Too fast" } },
      send: () => between(answer),
      close: async () => {},
    };
  }
}

function recordsOf(topic: TopicName, values: readonly unknown[]): readonly DecodedRecord<unknown>[] {
  const headers: Headers = {};
  return values.map((value, offset) => {
    const origin = { topic, partition: 0, offset, key: null, value: null, headers, timestamp: start };
    return { topic, value, origin };
  });
}

/** The order that a deferred outcome hands to the schedule, and when it is due; undefined where none follows. */
function nextOrder(outcome: Outcome): (Order & { readonly dueAt: number }) | undefined {
  const [item] = outputsOn(outcome, "comms.schedule");
  if (!item) return undefined;
  const { send } = JSON.parse(item.payload.toString()) as { readonly send: Send };
  return { send, headers: item.headers, dueAt: item.due_at };
}

/** Takes one message to its end, over all deaths of its processes. Even deaths read feedback first, odd ones last. */
export async function runDoubt({ critical, deaths, answers }: DoubtCase): Promise<DoubtResult> {
  const world = new DoubtWorld(answers);
  let order: Order = { send: aSend({ critical }), headers: {} };
  let left = [...deaths];
  let running = world.process(left[0]?.atStep ?? Number.POSITIVE_INFINITY);
  for (let round = 0; round < 100; round++) {
    const end = await Promise.race([running.handle(order).catch(retryableOnly), running.death]);
    if (end === "dead") {
      await world.goOn({ isWiped: left[0]?.isWiped === true, isFeedbackFirst: left.length % 2 === 0 });
      left = left.slice(1);
      running = world.process(left[0]?.atStep ?? Number.POSITIVE_INFINITY);
      continue;
    }
    if (end === "again") {
      world.pass(1_000);
      continue;
    }
    const next = nextOrder(end);
    if (!next) return world.result(true);
    order = next;
    world.pass(Math.max(0, next.dueAt - world.clock.now()));
  }
  return world.result(false);
}

/** The shell tries again what may be tried again. */
function retryableOnly(error: unknown): "again" {
  if (!isRetryable(error)) throw error;
  return "again";
}

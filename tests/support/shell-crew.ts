import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord, OutRecord } from "#shared/contracts/log-record.ts";
import type { Event, Rejected } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log, Producer } from "#shared/platform/kafka/port.ts";
import type { ShellLimits } from "#shared/runtime/limits.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { createCommitAudit, inputHeader, inputOf, placeOf } from "./commit-audit.ts";
import type { KillableLog } from "./killable-log.ts";
import { copied, copier, eventOf, eventRecord, memoryCodec, shellOf } from "./shell-bench.ts";

/** A log, the means to make it suffer, and the clock by which all of it lives. */
export interface ShellUnderTest {
  /** Aside from the faults: by it the test writes and reads. */
  readonly log: Log;
  /** Begins the names of topics and groups, so that runs on one broker keep apart. */
  readonly prefix: string;
  readonly clock: Clock;
  /** The view that one more process has of the log. `kill` is kill -9: nothing reaches the log any more, not even a farewell. */
  memberLog(): Promise<KillableLog>;
  /** The answer to the next write of the member that came last is lost. Resolves when the write has gone out. */
  loseNextResponse(): Promise<void>;
  /** The broker is gone for all members, until `back`. */
  away(): void;
  back(): void;
  /** Lets time pass, ms. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface CrewMember {
  readonly shell: Shell;
  /** References in work. */
  readonly working: ReadonlySet<string>;
  kill(): Promise<void>;
}

export interface CrewOptions {
  readonly limits?: Partial<ShellLimits>;
  /** What a member does with an event before it copies it. */
  readonly work?: (ref: string) => Promise<void>;
}

interface Written {
  /** The place of the input. */
  readonly input: string;
  readonly ref: string | null;
  readonly id: string;
}

const codec = await memoryCodec();
const partitions = 3;
const waitMsMax = 40_000;
const topics = ["comms.events", "comms.events.bulk", "comms.rejected", "comms.intake.dlq"] as const;
const inputs = topics.slice(0, 2);

/** Members of one group that copy events, on topics of their own, and all that can be said of their work afterwards. */
export class Crew {
  readonly members: CrewMember[] = [];
  readonly crashes: unknown[] = [];
  /** References of records on which one member worked while it worked on another of the same key. */
  readonly overlaps: string[] = [];
  /** The same, over two members: a kill may lead to it, an orderly rebalance may not. */
  readonly crossings: string[] = [];
  /** How often a member was notified of a rebalance, and how often it was at work then. */
  revocations = 0;
  interruptions = 0;
  /** The most records in work at once. */
  atOnceMax = 0;
  readonly audit = createCommitAudit();
  readonly #under: ShellUnderTest;
  readonly #prefix: string;
  readonly #options: CrewOptions;
  readonly #busy: string[] = [];
  #producer: Producer | undefined;
  #written = 0;

  constructor(under: ShellUnderTest, name: string, options: CrewOptions) {
    this.#under = under;
    this.#prefix = `${under.prefix}${name}.`;
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#under.log.createTopics(
      topics.map((topic) => ({ topic: this.#prefix + topic, partitions, config: {} })),
    );
    this.#producer = await this.#under.log.producer();
  }

  /** One more member; resolves when it has partitions. */
  async join(): Promise<CrewMember> {
    const own = await this.#under.memberLog();
    const working = new Set<string>();
    const log = this.audit.watch(own, () => {
      this.revocations++;
      if (working.size > 0) this.interruptions++;
    });
    const { shell } = shellOf({
      log,
      codec,
      clock: this.#under.clock,
      prefix: this.#prefix,
      limits: { commitEveryMs: 100, ...this.#options.limits },
      onCrash: (error) => this.crashes.push(error),
      runnable: { processor: this.#processor(working) },
    });
    const kill = async () => {
      this.members.splice(this.members.indexOf(member), 1);
      await own.kill();
    };
    const member: CrewMember = { shell, working, kill };
    this.members.push(member);
    await shell.start();
    await this.until(() => shell.state().assigned > 0, "the member to be taken in");
    return member;
  }

  #processor(working: Set<string>) {
    return copier({
      decide: () => ({ kind: "perform", effect: "copy" }),
      perform: (_effect, record) => this.#perform(record, working),
    });
  }

  async #perform(record: DecodedRecord<Event>, working: Set<string>): Promise<Outcome> {
    const ref = record.value.cause_ref;
    const key = keyOf(ref);
    if ([...working].some((other) => keyOf(other) === key)) this.overlaps.push(ref);
    if (this.#busy.includes(key)) this.crossings.push(ref);
    working.add(ref);
    this.#busy.push(key);
    this.atOnceMax = Math.max(this.atOnceMax, this.#busy.length);
    await this.#options.work?.(ref);
    this.#busy.splice(this.#busy.indexOf(key), 1);
    working.delete(ref);
    return marked(copied(record), record.origin);
  }

  /** Writes one event for each user, `times` over. */
  async produce(users: readonly string[], times: number, topic: TopicName = "comms.events"): Promise<void> {
    const records = Array.from({ length: times }, () =>
      users.map((user) => eventRecord(codec, eventOf(user, `${topic}/${user}:${this.#written++}`), topic)),
    );
    await this.write(records.flat());
  }

  /** Topics without prefix. */
  async write(records: readonly OutRecord[]): Promise<void> {
    await this.#producer?.send(records.map((record) => ({ ...record, topic: this.#prefix + record.topic })));
  }

  /** Lets time pass until it is so. */
  async until(so: () => boolean | Promise<boolean>, what: string, pollMs = 20): Promise<void> {
    const { clock, pass } = this.#under;
    const end = clock.now() + waitMsMax;
    while (!(await so())) {
      if (clock.now() > end) throw new Error(`Waited in vain for ${what}: ${this.#standing()}`);
      await pass(pollMs);
    }
  }

  #standing(): string {
    const members = this.members.map(({ shell, working }) => ({ ...shell.state(), working: working.size }));
    return JSON.stringify({ done: this.audit.done.size, revocations: this.revocations, members });
  }

  /** Resolves when every input is done with, and committed as far as the broker knows. */
  async finished(): Promise<void> {
    const all = new Set((await this.read(...inputs)).map(placeOf));
    await this.until(() => all.isSubsetOf(this.audit.done), "every input to be done");
    await this.until(() => this.#allCommitted(), "all that is done to be committed", 200);
  }

  async #allCommitted(): Promise<boolean> {
    const names = inputs.map((topic) => this.#prefix + topic);
    const ends = new Map((await this.#under.log.offsets(names)).map((at) => [`${at.topic}/${at.partition}`, at.high]));
    const committed = await this.#under.log.committed(`${this.#prefix}comms.intake`, names);
    return committed.every((at) => Math.max(0, at.offset) === ends.get(`${at.topic}/${at.partition}`));
  }

  /** Topics without prefix; records partition by partition. */
  async read(...from: readonly (typeof topics)[number][]): Promise<readonly InRecord[]> {
    const records: InRecord[] = [];
    for await (const run of this.#under.log.readToEnd(from.map((topic) => this.#prefix + topic))) records.push(...run);
    return records;
  }

  /** What the members wrote, key by key in its order. */
  async outputs(): Promise<readonly Written[]> {
    return (await this.read("comms.rejected")).map((record) => ({
      input: inputOf(record),
      ref: (codec.decode("comms.rejected", record.value as Buffer) as Rejected).cause_ref,
      id: String(record.headers["ce_id"]),
    }));
  }

  /** References by the place of their input; undefined for what is no event. */
  async references(): Promise<ReadonlyMap<string, string | undefined>> {
    return new Map((await this.read(...inputs)).map((record) => [placeOf(record), referenceOf(record.value)]));
  }

  async close(): Promise<void> {
    let closed = false;
    const closing = Promise.all(this.members.map(({ shell }) => shell.stop(1_000))).finally(() => {
      closed = true;
    });
    closing.catch(() => {});
    while (!closed) await this.#under.pass(50);
    await closing;
    await this.#producer?.close();
  }
}

/** A reference is `<topic>/<key>:<number>`; this is its topic and key. */
function keyOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf(":"));
}

function referenceOf(value: Buffer | null): string | undefined {
  try {
    return (codec.decode("comms.events", value as Buffer) as Event).cause_ref;
  } catch {
    return undefined;
  }
}

function marked(outcome: Outcome, origin: InRecord): Outcome {
  if (outcome.kind !== "emit") return outcome;
  const headers = { [inputHeader]: Buffer.from(placeOf(origin)) };
  return { ...outcome, outputs: outcome.outputs.map((output) => ({ ...output, headers })) };
}

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { createContinuity } from "#shared/state/views/continuity.ts";
import { createLogMarks, writtenAfterMs } from "#shared/state/views/log-marks.ts";
import { parseMarker } from "#shared/state/views/marker.ts";
import { createRestorer } from "#shared/state/views/restorer.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";
import { createMemoryLog, type MemoryLog } from "#tests/fakes/log/memory-log.ts";
import { freshSeed } from "#tests/support/fresh-seed.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";
import { seeded } from "#tests/support/seeded.ts";
import { codecOf, dedupeAhead, ledgerAhead, snapshotOf, type WrittenAhead } from "#tests/support/written-ahead.ts";

const prefix = "t.";
const groupId = "t.comms.materializer";
const never = new AbortController().signal;
const emit = async () => {};
const kinds = { dedupe: dedupeAhead, ledger: ledgerAhead } as const;

/** Time passes only by being slept, or by hand. */
function sleptClock(): Clock & { pass(ms: number): void } {
  let now = Date.UTC(2026, 0, 5, 12);
  const pass = (ms: number) => {
    now += ms;
  };
  return { now: () => now, sleep: async (ms) => pass(ms), pass };
}

let redis: TestRedis;
beforeEach(() => {
  redis = connectRedis();
});
afterEach(() => redis.close());

/** One state with its writer, its log, and the jobs of a materializer, run when the test says so. */
class Bench {
  readonly ahead: WrittenAhead;
  readonly clock = sleptClock();
  readonly applied: number[] = [];
  readonly behind: string[] = [];
  readonly #counted: RebuildableState;
  #log: MemoryLog = createMemoryLog({ partitions: 2 });
  #codec: Codec | undefined;
  #jobs: { readonly [Name in "restore" | "mark" | "adopt"]: () => Promise<unknown> } | undefined;

  constructor(kind: keyof typeof kinds) {
    this.ahead = kinds[kind](redis);
    const { state } = this.ahead;
    this.#counted = {
      ...state,
      apply: async (records, now, server) => {
        this.applied.push(...records.map(({ origin }) => origin.offset));
        await state.apply(records, now, server);
      },
    };
  }

  async open(log = this.#log): Promise<this> {
    this.#log = log;
    const { topic, state } = this.ahead;
    this.#codec ??= await codecOf(prefix, [topic]);
    const names = [topic, ...(state.quarantineFor ?? [])];
    await log.createTopics([...new Set(names)].map((name) => ({ topic: prefix + name, partitions: 2, config: {} })));
    const common = { ...redis, log, codec: this.#codec, clock: this.clock, prefix, states: [this.#counted], groupId };
    const continuity = createContinuity({ ...common, report: { behind: (name) => this.behind.push(name) } });
    const marks = createLogMarks({ ...common, continuity });
    const restorer = createRestorer(common);
    this.#jobs = {
      restore: async () => {
        this.clock.pass(1_000);
        for (const job of restorer.jobs) await job.run(this.clock.now(), emit, never);
      },
      adopt: () => continuity.adopt(this.clock.now()),
      mark: () => marks.run(this.clock.now(), emit, never),
    };
    return this;
  }

  restore = async () => this.#jobs?.restore();
  mark = async () => this.#jobs?.mark();
  adopt = async () => this.#jobs?.adopt();

  async append(id: string): Promise<void> {
    const { topic, record } = this.ahead;
    const producer = await this.#log.producer();
    await producer.send([{ topic: prefix + topic, key: id, value: this.#codec?.encode(topic, record(id)) ?? null }]);
  }

  /** A message as its writer takes it, where nothing comes between. */
  async message(id: string): Promise<void> {
    await this.ahead.write(id);
    await this.append(id);
    await this.ahead.keep(id);
  }

  async marker() {
    return parseMarker(await redis.redis.get(redis.keys.marker(this.ahead.state.name)));
  }

  /** As a snapshot does it: everything is there, and the server is another run. */
  async moveToAnotherServer(): Promise<void> {
    const marker = await this.marker();
    if (marker === undefined) return;
    await redis.redis.set(
      redis.keys.marker(this.ahead.state.name),
      JSON.stringify({ ...marker, server: "anotherrun" }),
    );
  }

  async positions(): Promise<number> {
    const { log: _, ...fields } = await redis.redis.hgetall(redis.keys.applied(this.ahead.state.name));
    return Object.values(fields).reduce((sum, offset) => sum + Number(offset), 0);
  }

  /** Lets so much time pass, with a mark every five seconds on the way. */
  async passMarked(ms: number, mark = this.mark): Promise<void> {
    for (let left = ms; left > 0; left -= 5_000) {
      this.clock.pass(Math.min(left, 5_000));
      if (left > 5_000) await mark();
    }
  }

  /** A minute and more passes, in which the materializer marks what it sees. */
  async aMinuteOfMarks(): Promise<void> {
    for (let passed = 0; passed <= writtenAfterMs; passed += 5_000) {
      await this.mark();
      this.clock.pass(5_000);
    }
    await this.mark();
  }
}

const benchOf = (kind: keyof typeof kinds) => new Bench(kind).open();

describe.each(["dedupe", "ledger"] as const)("the %s on another server", (kind) => {
  it("is read from where it certainly holds the log, and trusted only then", async () => {
    const bench = await benchOf(kind);
    await bench.restore();
    for (const id of ["a", "b", "c"]) await bench.message(id);
    await bench.aMinuteOfMarks();
    const goBack = await snapshotOf(redis);
    await bench.message("d");
    await goBack();
    await bench.moveToAnotherServer();
    await expect(bench.ahead.knows("a")).rejects.toMatchObject({ code: "COMMS_STATE_STALE", retryable: true });
    await bench.restore();
    expect(bench.applied).toHaveLength(1);
    expect(await Promise.all(["a", "b", "c", "d"].map((id) => bench.ahead.knows(id)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("lacks nothing and reads nothing where nothing was written since, after its quarantine", async () => {
    const bench = await benchOf(kind);
    await bench.restore();
    await bench.message("a");
    await bench.aMinuteOfMarks();
    const before = await bench.marker();
    await bench.moveToAnotherServer();
    await bench.restore();
    expect(bench.applied).toEqual([]);
    expect((await bench.marker())?.epoch).not.toBe(before?.epoch);
    expect(await bench.ahead.knows("a")).toBe(true);
  });

  it.each<[string, (field: string) => Promise<unknown>]>([
    ["of another log", () => redis.redis.hset(redis.keys.applied(kind), "log", "another")],
    ["of a longer log", (field) => redis.redis.hset(redis.keys.applied(kind), field, 99)],
    ["that nobody has written", () => redis.redis.del(redis.keys.applied(kind))],
  ])("is read from the first record where its positions are %s", async (_, spoil) => {
    const bench = await benchOf(kind);
    await bench.restore();
    await bench.message("a");
    await bench.message("b");
    await bench.aMinuteOfMarks();
    await spoil(`${prefix}${bench.ahead.topic}/0`);
    await bench.moveToAnotherServer();
    await bench.restore();
    expect(bench.applied).toHaveLength(2);
  });
});

describe.each(["dedupe", "ledger"] as const)("the %s, which its writers write", (kind) => {
  it("is restored whole after a wipe, whatever was marked", async () => {
    const bench = await benchOf(kind);
    await bench.restore();
    for (const id of ["a", "b"]) await bench.message(id);
    await bench.aMinuteOfMarks();
    await redis.wipe();
    await bench.restore();
    expect(bench.applied).toHaveLength(2);
    expect(await Promise.all(["a", "b"].map((id) => bench.ahead.knows(id)))).toEqual([true, true]);
  });

  it("is never found behind by what a group has committed: an earlier version's group, a reset, or none", async () => {
    const log = createMemoryLog({ partitions: 2 });
    const bench = await new Bench(kind).open(log);
    await bench.restore();
    for (const id of ["a", "b", "c"]) await bench.append(id);
    const topic = `${prefix}${bench.ahead.topic}`;
    const consumer = await log.consumer({ groupId, topics: [topic] });
    const { promise, resolve } = Promise.withResolvers<number>();
    await consumer.start({
      assigned: (_p, generation) => resolve(generation),
      revoking() {},
      records() {},
      crashed() {},
    });
    const ends = (await log.offsets([topic])).map(({ high, ...at }) => ({ ...at, offset: high }));
    await consumer.commit(ends, await promise);
    await consumer.close();
    await bench.moveToAnotherServer();
    await bench.mark();
    await bench.adopt();
    bench.clock.pass(60_000);
    await bench.adopt();
    expect(bench.behind).toEqual([]);
    expect(await bench.marker()).toMatchObject({ server: "anotherrun" });
    await bench.restore();
    expect(await bench.ahead.knows("a")).toBe(true);
  });
});

describe("how far a state holds the log", () => {
  it("is marked once a record is there for a minute, and not before", async () => {
    const bench = await benchOf("dedupe");
    await bench.restore();
    await bench.message("a");
    await bench.mark();
    await bench.passMarked(writtenAfterMs - 1);
    await bench.message("b");
    await bench.mark();
    expect(await bench.positions()).toBe(0);
    bench.clock.pass(1);
    await bench.mark();
    expect(await bench.positions()).toBe(1);
    await bench.passMarked(writtenAfterMs);
    await bench.mark();
    expect(await bench.positions()).toBe(2);
  });

  it("is not marked by what was seen before an outage: who wrote during it may not have told the state yet", async () => {
    const bench = await benchOf("dedupe");
    await bench.restore();
    await bench.message("a");
    await bench.mark();
    bench.clock.pass(writtenAfterMs);
    await bench.mark();
    expect(await bench.positions()).toBe(0);
    await bench.passMarked(writtenAfterMs);
    await bench.mark();
    expect(await bench.positions()).toBe(1);
  });

  it("is not marked on a server that nobody has trusted, nor at once when it is", async () => {
    const bench = await benchOf("dedupe");
    await bench.restore();
    await bench.message("a");
    await bench.mark();
    await bench.moveToAnotherServer();
    await bench.aMinuteOfMarks();
    expect(await bench.positions()).toBe(0);
    await bench.restore();
    const restored = await bench.positions();
    await bench.append("b");
    await bench.mark();
    expect(await bench.positions()).toBe(restored);
  });
});

describe("marks of a log that was replaced by a shorter one", () => {
  it("are forgotten with the state's epoch: the new log is marked after a minute of its own", async () => {
    const bench = await benchOf("dedupe");
    await bench.restore();
    const topic = `${prefix}comms.decisions`;
    let high = 9;
    const log = { offsets: async () => [{ topic, partition: 0, low: 0, high }] };
    const continuity = { server: () => serverIdOf(redis.redis) };
    const marks = createLogMarks({ ...redis, log, continuity, prefix, states: [bench.ahead.state] });
    const run = () => marks.run(bench.clock.now(), emit, never);
    await run();
    high = 1;
    await redis.redis.set(
      redis.keys.marker("dedupe"),
      JSON.stringify({ ...(await bench.marker()), epoch: "restored" }),
    );
    await bench.passMarked(writtenAfterMs, run);
    await run();
    expect(await bench.positions()).toBe(0);
    await bench.passMarked(writtenAfterMs, run);
    await run();
    expect(await bench.positions()).toBe(1);
  });
});

type Step = "written" | "appended" | "kept";

/** Messages, their writers, a server that is saved, lost and wiped, in an order that the seed gives. */
class Chaos {
  readonly counts: Record<string, number> = {};
  readonly #bench: Bench;
  readonly #random: () => number;
  readonly #steps = new Map<string, { step: Step; appendedAt: number }>();
  #goBack: (() => Promise<void>) | undefined;
  #ids = 0;

  constructor(bench: Bench, seed: number) {
    this.#bench = bench;
    this.#random = seeded(seed);
  }

  async run(steps: number): Promise<void> {
    const acts = [this.write, this.write, this.append, this.append, this.keep, this.die, this.pass, this.pass];
    const all = [...acts, this.pass, this.save, this.goBack, this.wipe, this.restore, this.restore];
    for (let at = 0; at < steps; at += 1) {
      const act = all[Math.floor(this.#random() * all.length)] ?? this.pass;
      await act();
      await this.check();
    }
    await this.restore();
    if (!(await this.check())) throw new Error("The restoration has not ended");
  }

  /** What is kept is known, whenever the state says that it may be trusted; false where it does not. */
  async check(): Promise<boolean> {
    try {
      for (const [id, { step }] of this.#steps) {
        if (step === "kept" && !(await this.#bench.ahead.knows(id))) throw new Error(`${id} is forgotten`);
      }
      this.#count("checked");
      return (await this.#bench.marker()) !== undefined;
    } catch (error) {
      if (codeOf(error) !== "COMMS_STATE_STALE") throw error;
      return false;
    }
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #one(step: Step): string | undefined {
    const found = [...this.#steps].filter(([, one]) => one.step === step).map(([id]) => id);
    return found[Math.floor(this.#random() * found.length)];
  }

  write = async () => {
    const id = `m${this.#ids++}`;
    try {
      await this.#bench.ahead.write(id);
      this.#steps.set(id, { step: "written", appendedAt: 0 });
      this.#count("written");
    } catch (error) {
      if (codeOf(error) !== "COMMS_STATE_STALE") throw error;
    }
  };

  append = async () => {
    const id = this.#one("written");
    if (id === undefined) return;
    await this.#bench.append(id);
    this.#steps.set(id, { step: "appended", appendedAt: this.#bench.clock.now() });
  };

  #keepOne = async (id: string) => {
    await this.#bench.ahead.keep(id);
    this.#steps.set(id, { step: "kept", appendedAt: 0 });
    this.#count("kept");
  };

  keep = async () => {
    const id = this.#one("appended");
    if (id !== undefined) await this.#keepOne(id);
  };

  /** The writer dies with its record on the log: the next member takes the record up, and does all of it again. */
  die = async () => {
    const id = this.#one("appended");
    if (id !== undefined) this.#steps.set(id, { step: "written", appendedAt: 0 });
  };

  /** Up to 15 s, in which the materializer looks; who waited for an acknowledgement for 30 s has it or has died. */
  pass = async () => {
    this.#bench.clock.pass(Math.floor(this.#random() * 15_000));
    const overdue = [...this.#steps].filter(
      ([, { step, appendedAt }]) => step === "appended" && this.#bench.clock.now() - appendedAt > 30_000,
    );
    for (const [id] of overdue) await this.#keepOne(id);
    await this.#bench.mark();
  };

  save = async () => {
    this.#goBack = await snapshotOf(redis);
  };

  goBack = async () => {
    if (this.#goBack === undefined) return;
    await this.#goBack();
    await this.#bench.moveToAnotherServer();
    this.#count("back");
  };

  wipe = async () => {
    if (this.#random() < 0.7) return;
    await redis.wipe();
    // What an earlier server had saved is gone with it.
    this.#goBack = undefined;
    this.#count("wiped");
  };

  restore = async () => this.#bench.restore();
}

describe.each(["dedupe", "ledger"] as const)(
  "writers of the %s, snapshots, wipes and restorations in any order",
  (kind) => {
    const seeds = [1, 2, 3, 4, 5, freshSeed()];

    it.each(seeds)(
      "a message on the log is known while the state is trusted, and each restoration ends: seed %i",
      async (seed) => {
        const bench = await benchOf(kind);
        await bench.restore();
        const chaos = new Chaos(bench, seed);
        await chaos.run(250);
        const { checked = 0, kept = 0, back = 0, wiped = 0 } = chaos.counts;
        expect(checked).toBeGreaterThan(20);
        expect(kept).toBeGreaterThan(0);
        expect(back + wiped).toBeGreaterThan(0);
      },
    );
  },
);

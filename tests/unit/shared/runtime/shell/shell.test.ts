import { describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Event, Rejected } from "#shared/contracts/records.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { UndecodableError } from "#shared/platform/avro/undecodable.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { Host } from "#shared/runtime/process/host.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { createMemoryLog, type MemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createMemoryFuses } from "#tests/fakes/memory-fuses.ts";
import { createManualClock, drainMicrotasks, type ManualClock } from "#tests/support/manual-clock.ts";
import {
  type Copier,
  copied,
  copier,
  copyOf,
  eventOf,
  eventRecord,
  memoryCodec,
  type ShellSetting,
  shellOf,
} from "#tests/support/shell-bench.ts";

const codec = await memoryCodec();

async function running(processor: Copier, more: Partial<ShellSetting> = {}) {
  const clock = more.clock ?? createManualClock();
  const log = (more.log as MemoryLog) ?? createMemoryLog({ partitions: 3, clock });
  const bench = shellOf({ codec, ...more, log, clock, runnable: more.runnable ?? { processor } });
  await bench.shell.start();
  await drainMicrotasks();
  const produce = async (...records: OutRecord[]) => {
    const producer = await log.producer();
    await producer.send(records);
    await drainMicrotasks();
  };
  const out = () =>
    log.records("comms.rejected").map((r) => (codec.decode("comms.rejected", r.value as Buffer) as Rejected).cause_ref);
  const dead = () => log.records("comms.intake.dlq");
  return { ...bench, log, clock: clock as ManualClock, produce, out, dead };
}

const event = (user: string, ref: string) => eventRecord(codec, eventOf(user, ref));
const outage = () => new AppError("TEST_AWAY", "The other side is away", { retryable: true });

describe("shell", () => {
  it("writes the outputs and commits what is done", async () => {
    const { produce, out, clock, log } = await running(copier());
    await produce(event("anna", "1"), event("ben", "2"));
    expect(out().sort()).toEqual(["1", "2"]);
    await clock.advance(1_000);
    const positions = await log.committed("comms.intake", ["comms.events"]);
    expect(positions.reduce((sum, { offset }) => sum + Math.max(0, offset), 0)).toBe(2);
  });

  it("sets a record of an unreleased schema aside with its bytes, unless the processor rejects it in its own way", async () => {
    const written = event("anna", "1");
    const foreign: Codec = {
      ...codec,
      decode: () => {
        throw new UndecodableError("foreign-schema", "The schema with the id 7 is foreign");
      },
    };
    const plain = await running(copier(), { codec: foreign });
    await plain.produce(written);
    expect(plain.dead()[0]?.value).toEqual(written.value);
    expect(String(plain.dead()[0]?.headers["__connect.errors.exception.message"])).toContain("the id 7");

    const output = { topic: "comms.rejected", key: "k", value: copyOf(eventOf("anna", "named")) } as const;
    const rejectForeign = () => ({ kind: "drop", reason: "COMMS_INVALID_EVENT", outputs: [output] }) as const;
    const own = await running(copier({ rejectForeign }), { codec: foreign });
    await own.produce(written);
    expect([own.out(), own.dead()]).toEqual([["named"], []]);
  });

  it("keeps the order of a key while others pass", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const processor = copier({
      decide: (record) => (record.value.cause_ref === "a1" ? { kind: "perform", effect: "wait" } : copied(record)),
      perform: async (_effect, record) => {
        await gate;
        return copied(record);
      },
    });
    const { produce, out } = await running(processor);
    await produce(event("anna", "a1"), event("anna", "a2"), event("ben", "b1"), event("cora", "c1"));
    expect(out().sort()).toEqual(["b1", "c1"]);
    release();
    await drainMicrotasks();
    expect(out().filter((ref) => ref?.startsWith("a"))).toEqual(["a1", "a2"]);
  });

  it("does not commit past a record that is still in work", async () => {
    const processor = copier({
      decide: (record) => (record.value.cause_ref === "a1" ? { kind: "perform", effect: "wait" } : copied(record)),
      perform: () => new Promise(() => {}),
    });
    const { produce, clock, log } = await running(processor, { log: createMemoryLog({ partitions: 1 }) });
    await produce(event("anna", "a1"), event("ben", "b1"));
    await clock.advance(2_000);
    const [position] = await log.committed("comms.intake", ["comms.events"]);
    expect(position?.offset ?? -1).toBeLessThanOrEqual(0);
  });
});

describe("shell, after the outputs are on the log", () => {
  const positions = async (log: MemoryLog) => {
    const committed = await log.committed("comms.intake", ["comms.events"]);
    return committed.reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
  };

  it("tells the processor its outcomes, and commits nothing before that has ended", async () => {
    const log = createMemoryLog({ partitions: 1 });
    const told: { readonly kinds: readonly string[]; readonly written: number }[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const afterWrite: Copier["afterWrite"] = async (outcomes) => {
      told.push({ kinds: outcomes.map(({ kind }) => kind), written: log.records("comms.rejected").length });
      await promise;
    };
    const { produce, clock } = await running(copier({ afterWrite }), { log });
    await produce(event("anna", "1"), event("ben", "2"));
    await clock.advance(2_000);
    expect(told).toEqual([{ kinds: ["emit", "emit"], written: 2 }]);
    expect(await positions(log)).toBe(0);
    resolve();
    await drainMicrotasks();
    await clock.advance(1_000);
    expect(await positions(log)).toBe(2);
  });

  it("tells it again after an outage, without writing the outputs again", async () => {
    let tries = 0;
    const afterWrite = async () => {
      if (++tries < 3) throw outage();
    };
    const { produce, clock, out, log, crashes } = await running(copier({ afterWrite }));
    await produce(event("anna", "1"));
    for (let passed = 0; passed < 10; passed += 1) await clock.advance(1_000);
    expect([tries, out(), await positions(log), crashes]).toEqual([3, ["1"], 1, []]);
  });
});

describe("shell, of records that cannot be used", () => {
  it("sends what cannot be decoded to the dead-letter topic with its bytes, and delivers the neighbours", async () => {
    const { produce, out, dead } = await running(copier());
    const bytes = Buffer.from([9, 9, 9, 9, 9, 9]);
    const headers = { tag: Buffer.from("x") };
    await produce(
      event("anna", "1"),
      { topic: "comms.events", key: "anna", value: bytes, headers },
      event("anna", "2"),
    );
    expect(out()).toEqual(["1", "2"]);
    const [letter] = dead();
    expect(letter?.value).toEqual(bytes);
    expect(letter?.key?.toString()).toBe("anna");
    expect(letter?.headers["tag"]?.toString()).toBe("x");
    expect(letter?.headers["comms-error-code"]?.toString()).toBe("COMMS_POISON");
    expect(letter?.headers["__connect.errors.topic"]?.toString()).toBe("comms.events");
  });

  it("takes a null value on a stage topic for poison", async () => {
    const { produce, out, dead } = await running(copier());
    await produce({ topic: "comms.events", key: "anna", value: null }, event("anna", "1"));
    expect(out()).toEqual(["1"]);
    expect(dead()[0]?.value).toBeNull();
  });

  it("refuses what is too large unread", async () => {
    const { produce, dead } = await running(copier(), { limits: { recordBytes: 10 } });
    await produce(event("anna", "1"));
    expect(dead()[0]?.headers["comms-error-code"]?.toString()).toBe("COMMS_PAYLOAD_TOO_LARGE");
  });
});

describe("shell, in an outage", () => {
  it("writes large outputs in parts, and after an outage goes on with the part that failed", async () => {
    const parts: (string | undefined)[][] = [];
    const log = createMemoryLog({ partitions: 1 });
    const slow: MemoryLog = {
      ...log,
      producer: async () => {
        const producer = await log.producer();
        return {
          close: (deadlineMs) => producer.close(deadlineMs),
          send: async (records) => {
            if (records[0]?.topic !== "comms.rejected") return producer.send(records);
            parts.push(records.map(({ key }) => key?.toString()));
            if (parts.length === 2) throw outage();
            return producer.send(records);
          },
        };
      },
    };
    const keys = ["a", "b", "c", "d", "e"];
    const fanOut = copier({
      decide: (record) => ({
        kind: "emit",
        outputs: keys.map((key) => ({ topic: "comms.rejected", key, value: copyOf(record.value) })),
      }),
    });
    // A copy takes between 300 and 600 bytes, so two fill a part.
    const { produce, clock } = await running(fanOut, { log: slow, limits: { outputBytes: 600 } });
    await produce(event("anna", "1"));
    await clock.advance(5_000);
    expect(parts).toEqual([["a", "b"], ["c", "d"], ["c", "d"], ["e"]]);
    expect(log.records("comms.rejected").map(({ key }) => key?.toString())).toEqual(keys);
  });

  it("waits an outage out, is unready meanwhile, and loses nothing", async () => {
    let away = true;
    const processor = copier({
      gather: async (batch) => {
        if (away) throw outage();
        return batch.map(() => null);
      },
    });
    const { produce, out, clock, shell, dead } = await running(processor);
    await produce(event("anna", "1"));
    await clock.advance(20_000);
    expect(shell.state()).toMatchObject({
      ready: false,
      why: "it waits for something outside: TEST_AWAY: The other side is away",
    });
    away = false;
    await clock.advance(5_000);
    expect(out()).toEqual(["1"]);
    expect(dead()).toEqual([]);
    expect(shell.state().ready).toBe(true);
  });
});

describe("shell, after a failed provider call", () => {
  it("gathers and decides again before it performs again", async () => {
    let calls = 0;
    let optedOut = false;
    const processor = copier({
      decide: (record) =>
        optedOut
          ? { kind: "drop", reason: "COMMS_SUPPRESSED", outputs: [] }
          : { kind: "perform", effect: record.value.cause_ref },
      perform: async (_effect, record) => {
        calls++;
        optedOut = true;
        if (calls === 1) throw outage();
        return copied(record);
      },
    });
    const { produce, out, clock } = await running(processor);
    await produce(event("anna", "1"));
    await clock.advance(5_000);
    expect(calls).toBe(1);
    expect(out()).toEqual([]);
  });
});

describe("shell, after a crash", () => {
  it("crashes on what it does not know, with nothing committed", async () => {
    const processor = copier({
      decide: () => {
        throw new TypeError("a fault of ours");
      },
    });
    const { produce, crashes, clock, log } = await running(processor);
    await produce(event("anna", "1"));
    await clock.advance(2_000);
    expect(crashes).toHaveLength(1);
    const positions = await log.committed("comms.intake", ["comms.events"]);
    expect(positions.every(({ offset }) => offset <= 0)).toBe(true);
  });
});

describe("shell, of the lag", () => {
  it("says how far the group is behind, and that it is not once it is not", async () => {
    let away = true;
    const processor = copier({
      gather: async (batch) => {
        if (away) throw outage();
        return batch.map(() => null);
      },
    });
    const { produce, clock, telemetry } = await running(processor);
    await produce(event("anna", "1"), event("ben", "2"));
    await clock.advance(16_000);
    const labels = { group: "comms.intake", topic: "comms.events" } as const;
    const lag = async () => [
      await telemetry.metrics.read("comms_consumer_lag_records", labels),
      await telemetry.metrics.read("comms_consumer_lag_seconds", labels),
    ];
    expect(await lag()).toEqual([2, 15]);
    away = false;
    await clock.advance(20_000);
    expect(await lag()).toEqual([0, 0]);
  });
});

describe("shell, of its probes", () => {
  const probesOf = async ({ shell, telemetry }: { shell: Shell; telemetry: Telemetry }) => {
    const hosted = { name: "intake", start: async () => {}, stop: async () => {}, state: () => shell.state() };
    const host = new Host([hosted], telemetry.metrics);
    await host.start();
    return host.health;
  };

  it("is live and unready in an outage that lasts, also while one call of it hangs", async () => {
    let tries = 0;
    const gather = async () => (tries++ < 6 ? Promise.reject(outage()) : new Promise<never>(() => {}));
    const bench = await running(copier({ gather }));
    await bench.produce(event("anna", "1"));
    await bench.clock.advance(300_000);
    const probes = await probesOf(bench);
    expect([probes.live(), probes.ready()]).toEqual([
      undefined,
      "intake: it waits for something outside: TEST_AWAY: The other side is away",
    ]);
  });

  it("is neither live nor ready when a call hangs and nobody knows why, however full the lane is", async () => {
    const perform = () => new Promise<never>(() => {});
    const processor = copier({ decide: () => ({ kind: "perform", effect: "call" }), perform });
    const bench = await running(processor, { limits: { inFlight: 2, waitingRecords: 4 } });
    await bench.produce(...Array.from({ length: 20 }, (_, i) => event(`u${i}`, `${i}`)));
    const probes = await probesOf(bench);
    await bench.clock.advance(59_000);
    expect([probes.live(), probes.ready()]).toEqual([undefined, undefined]);
    await bench.clock.advance(2_000);
    expect(probes.live()).toMatch(/no progress for 61000 ms/);
    expect(probes.ready()).toMatch(/no progress for 61 s/);
  });

  it("is not live where the log holds records that its client does not deliver", async () => {
    const bench = await running(copier());
    bench.log.faults.hold();
    await bench.produce(event("anna", "1"));
    const probes = await probesOf(bench);
    await bench.clock.advance(60_000);
    expect(probes.live()).toBeUndefined();
    await bench.clock.advance(20_000);
    expect(probes.live()).toMatch(/no progress/);
    bench.log.faults.release();
    await bench.clock.advance(20_000);
    expect([probes.live(), probes.ready()]).toEqual([undefined, undefined]);
  });

  it("is live for hours with nothing to do", async () => {
    const bench = await running(copier());
    await bench.produce(event("anna", "1"));
    await bench.clock.advance(7_200_000);
    const probes = await probesOf(bench);
    expect([probes.live(), probes.ready()]).toEqual([undefined, undefined]);
  });
});

describe("shell, of the fuse", () => {
  it("stops on the dead-letter fuse instead of emptying the topic", async () => {
    const { produce, dead, shell, telemetry } = await running(copier({ inputs: ["comms.accepted"] }), {
      limits: { fuse: { inRow: 5, share: 0.5, window: 100 }, batch: 1, batches: 1, expressBatches: 0 },
      log: createMemoryLog({ partitions: 1 }),
    });
    await produce(
      ...Array.from({ length: 50 }, (_, i) => ({ topic: "comms.accepted", key: `u${i}`, value: Buffer.from([1]) })),
    );
    expect(dead().length).toBeGreaterThanOrEqual(5);
    expect(dead().length).toBeLessThan(10);
    expect(shell.state().why).toMatch(/fuse/);
    expect(await telemetry.metrics.read("comms_dead_letter_fuse_blown", { stage: "intake" })).toBe(1);
  });

  it("finds after a restart that its fuse is blown: takes nothing, says the way out, and goes on once it is lifted", async () => {
    const fuses = createMemoryFuses();
    const clock = createManualClock();
    const log = createMemoryLog({ partitions: 1, clock });
    const limits = { fuse: { inRow: 5, share: 0.5, window: 100 }, batch: 1, batches: 1, expressBatches: 0 };
    const bad = (i: number) => ({ topic: "comms.accepted", key: `u${i}`, value: Buffer.from([1]) });
    const first = await running(copier({ inputs: ["comms.accepted"] }), { limits, log, clock, fuses });
    await first.produce(...Array.from({ length: 50 }, (_, i) => bad(i)));
    await clock.advance(1_000);
    expect(fuses.fuses.get("intake")).toMatchObject({ state: "BLOWN", cause: expect.stringContaining("5 records") });
    await first.shell.stop(1_000);
    const set = log.records("comms.intake.dlq").length;

    const second = await running(copier({ inputs: ["comms.accepted"] }), { limits, log, clock, fuses });
    await clock.advance(60_000);
    expect(log.records("comms.intake.dlq")).toHaveLength(set);
    expect(second.shell.state()).toMatchObject({ ready: false, assigned: 0, inHand: 0, stalledMs: 0 });
    expect(second.shell.state().why).toMatch(/fuse is blown since .*comms fuse lift intake/);
    expect(await second.telemetry.metrics.read("comms_dead_letter_fuse_blown", { stage: "intake" })).toBe(1);

    await fuses.write({ stage: "intake", state: "LIFTED", cause: "mended", changed_at: clock.now(), changed_by: "op" });
    await clock.advance(6_000);
    expect(log.records("comms.intake.dlq").length).toBeGreaterThan(set);
    expect(second.shell.state().why).toMatch(/fuse/);
    expect(fuses.fuses.get("intake")?.state).toBe("BLOWN");
    await second.shell.stop(1_000);
  });
});

describe("shell, of a fuse that is kept", () => {
  it("works again once the fuse is lifted, without a restart, and its jobs rest meanwhile", async () => {
    const fuses = createMemoryFuses();
    let iterations = 0;
    const jobs = [{ name: "tick", run: async () => (iterations++, 100) }];
    const processor = copier();
    await fuses.write({ stage: "intake", state: "BLOWN", cause: "a test", changed_at: 0, changed_by: "test" });
    const { produce, out, clock, shell } = await running(processor, { fuses, runnable: { processor, jobs } });
    await produce(event("anna", "1"));
    await clock.advance(10_000);
    expect([out(), iterations]).toEqual([[], 0]);
    await fuses.write({ stage: "intake", state: "LIFTED", cause: "mended", changed_at: 1, changed_by: "op" });
    await clock.advance(6_000);
    expect(out()).toEqual(["1"]);
    expect(iterations).toBeGreaterThan(0);
    expect(shell.state().ready).toBe(true);
  });

  it("of one member stops the others before they take up what it left", async () => {
    const fuses = createMemoryFuses();
    const clock = createManualClock();
    const log = createMemoryLog({ partitions: 2, clock });
    const limits = { fuse: { inRow: 5, share: 0.5, window: 100 }, batch: 1, batches: 1, expressBatches: 0 };
    const processor = copier({ inputs: ["comms.accepted"] });
    const [one, other] = [
      await running(processor, { limits, log, clock, fuses }),
      await running(processor, { limits, log, clock, fuses }),
    ];
    await clock.advance(1_000);
    const bad = Array.from({ length: 50 }, (_, i) => ({
      topic: "comms.accepted",
      key: `u${i}`,
      value: Buffer.from([1]),
      partition: 0,
    }));
    await one.produce(...bad);
    await clock.advance(10_000);
    expect(log.records("comms.intake.dlq").length).toBeLessThan(10);
    expect([one, other].map(({ shell }) => shell.state().why)).toEqual([
      expect.stringMatching(/fuse/),
      expect.stringMatching(/fuse/),
    ]);
  });
});

describe("shell, of what does not blow the fuse", () => {
  it("goes on when what others write is garbage: all of it is set aside, all of the rest is done", async () => {
    const { produce, dead, out, shell, telemetry } = await running(copier(), {
      limits: { fuse: { inRow: 5, share: 0.5, window: 100 }, batch: 1, batches: 1, expressBatches: 0 },
      log: createMemoryLog({ partitions: 1 }),
    });
    const garbage = Array.from({ length: 50 }, (_, i) => ({
      topic: "comms.events",
      key: `u${i}`,
      value: Buffer.from([1]),
    }));
    await produce(...garbage, event("anna", "1"));
    expect(dead()).toHaveLength(50);
    expect(out()).toEqual(["1"]);
    expect(shell.state().ready).toBe(true);
    const labels = { stage: "intake", topic: "comms.events", reason: "COMMS_POISON" };
    expect(await telemetry.metrics.read("comms_dead_letters_total", labels)).toBe(50);
  });

  it("sends again after an answer that was lost, with the same id", async () => {
    const { produce, log, clock } = await running(copier());
    log.faults.hold();
    await produce(event("anna", "1"));
    log.faults.failNextSend("written");
    log.faults.release();
    await drainMicrotasks();
    await clock.advance(5_000);
    const ids = log.records("comms.rejected").map((record) => record.headers["ce_id"]?.toString());
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});

describe("shell, of lanes", () => {
  it("pauses a lane that is full and serves the express lane beside it", async () => {
    const seen: string[] = [];
    let held = true;
    const processor = copier({
      decide: (record) => ({ kind: "perform", effect: record.value.cause_ref }),
      perform: async (effect, record) => {
        seen.push(effect);
        if (held && effect.startsWith("bulk")) await new Promise(() => {});
        return copied(record);
      },
    });
    const { produce, shell } = await running(processor, { limits: { inFlight: 8, waitingRecords: 20 } });
    await produce(
      ...Array.from({ length: 200 }, (_, i) => eventRecord(codec, eventOf(`u${i}`, `bulk${i}`), "comms.events.bulk")),
    );
    await produce(event("anna", "code"));
    expect(seen).toContain("code");
    expect(shell.state().inHand).toBeLessThan(100);
    held = false;
  });
});

describe("shell, at a stop and in a rebalance", () => {
  it("lets work end on a stop, commits it, and leaves the rest", async () => {
    const { produce, shell, log, out } = await running(copier());
    await produce(event("anna", "1"));
    await shell.stop(1_000);
    expect(out()).toEqual(["1"]);
    const positions = await log.committed("comms.intake", ["comms.events"]);
    expect(positions.reduce((sum, { offset }) => sum + Math.max(0, offset), 0)).toBe(1);
    await produce(event("anna", "2"));
    expect(out()).toEqual(["1"]);
  });

  it("hands its records over in a rebalance without doing two of one key at once", async () => {
    let together = 0;
    let most = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const processor = copier({
      decide: () => ({ kind: "perform", effect: "x" }),
      perform: async (_effect: string, record: DecodedRecord<Event>) => {
        most = Math.max(most, ++together);
        await gate;
        together--;
        return copied(record);
      },
    });
    const { produce, log, out } = await running(processor);
    await produce(event("anna", "1"));
    log.faults.rebalance("comms.intake");
    await drainMicrotasks();
    expect(most).toBe(1);
    release();
    await drainMicrotasks();
    expect(most).toBe(1);
    expect(new Set(out())).toEqual(new Set(["1"]));
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { InRecord, OutRecord, Position } from "#shared/contracts/log-record.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Log, Producer } from "#shared/platform/kafka/port.ts";
import { type GroupMember, joinGroup } from "#tests/support/group-member.ts";

/** A log and the means to make it suffer. */
export interface LogUnderTest {
  readonly log: Log;
  /** Begins names, so that runs on one broker keep apart. */
  readonly prefix: string;
  /** The answer to the next write is lost, the records are not. Resolves when the write has gone out. */
  loseNextResponse(): Promise<void>;
  /** The broker is gone for a while and comes back; resolves when it is back. */
  outage(): Promise<void>;
  /** Lets time pass, ms. */
  pass(ms: number): Promise<void>;
  /** Leaves the partition 0 of a topic with last offsets that hold no record. */
  leaveGapAtEnd(topic: string): Promise<void>;
  close(): Promise<void>;
}

/** The log under test, and what the tests do with it. Each topic that it makes is new. */
class LogBench {
  readonly #create: () => Promise<LogUnderTest>;
  #under: LogUnderTest | undefined;
  #producer: Producer | undefined;
  #topics = 0;

  constructor(create: () => Promise<LogUnderTest>) {
    this.#create = create;
  }

  async open(): Promise<void> {
    this.#under = await this.#create();
    this.#producer = await this.log.producer();
  }

  get under(): LogUnderTest {
    if (this.#under === undefined) throw new Error("The bench is not open");
    return this.#under;
  }

  get log(): Log {
    return this.under.log;
  }

  get producer(): Producer {
    if (this.#producer === undefined) throw new Error("The bench is not open");
    return this.#producer;
  }

  async topic(partitions = 3, config: Readonly<Record<string, string>> = {}): Promise<string> {
    this.#topics += 1;
    const topic = `${this.under.prefix}topic-${this.#topics}`;
    await this.log.createTopics([{ topic, partitions, config }]);
    return topic;
  }

  member(topics: readonly string[], groupId = `${this.under.prefix}group-${this.#topics}`): Promise<GroupMember> {
    return joinGroup(this.log, { groupId, topics });
  }

  send(to: string, values: readonly string[], key?: string): Promise<readonly Position[]> {
    return this.producer.send(values.map((value) => ({ topic: to, key: key ?? value, value: Buffer.from(value) })));
  }

  async readAll(from: string): Promise<readonly InRecord[]> {
    return (await collect(this.log.readToEnd([from]))).flat();
  }

  eventually<T>(check: () => T | Promise<T>): Promise<T> {
    return vi.waitFor(check, { timeout: 15_000, interval: 5 });
  }

  gets(member: GroupMember, values: readonly string[]): Promise<void> {
    return this.eventually(() => expect(new Set(member.values())).toEqual(new Set(values)));
  }

  owns(member: GroupMember, count: number): Promise<void> {
    return this.eventually(() => expect(member.partitions()).toHaveLength(count));
  }
}

/** What every implementation of the log must keep. Runs against the one in memory and against a real broker. */
export function describeLog(name: string, create: () => Promise<LogUnderTest>): void {
  describe(name, () => {
    const bench = new LogBench(create);
    beforeAll(() => bench.open());
    afterAll(() => bench.under.close());

    describeTopics(bench);
    describeRecords(bench);
    describeLargeRecords(bench);
    describeLostResponse(bench);
    describeLinger(bench);
    describeGroup(bench);
    describePause(bench);
    describeRebalance(bench);
    describeSession(bench);
    describeReadToEnd(bench);
    describeOutage(bench);
  });
}

function describeTopics(bench: LogBench): void {
  describe("topics", () => {
    it("creates what is missing and changes nothing that exists", async () => {
      const first = await bench.topic(2);
      const second = `${first}-b`;
      const specs = [first, second].map((each) => ({ topic: each, partitions: 4, config: {} }));
      expect(await bench.log.createTopics(specs)).toEqual([second]);
      expect(await bench.log.createTopics(specs)).toEqual([]);
      expect(await bench.log.offsets([first])).toHaveLength(2);
      expect([...(await bench.log.partitions([first, second])).values()]).toEqual([2, 4]);
    });

    it("refuses a topic that does not exist", async () => {
      const unknown = `${bench.under.prefix}nonesuch`;
      const failures = await Promise.allSettled([
        bench.producer.send([{ topic: unknown, key: null, value: null }]),
        bench.log.offsets([unknown]),
        bench.log.partitions([unknown]),
        bench.log.committed("some-group", [unknown]),
        bench.member([unknown]),
      ]);
      for (const failure of failures) {
        expect(failure.status === "rejected" && codeOf(failure.reason)).toBe("KAFKA_UNKNOWN_TOPIC");
        expect(failure.status === "rejected" && isRetryable(failure.reason)).toBe(false);
      }
    });

    it("refuses a partition that does not exist, and writes nothing of that call", async () => {
      const to = await bench.topic(2);
      const call = bench.producer.send([
        { topic: to, key: "a", value: null },
        { topic: to, key: "a", value: null, partition: 2 },
      ]);
      await expect(call).rejects.toMatchObject({ code: "KAFKA_UNKNOWN_TOPIC" });
      expect(await bench.readAll(to)).toEqual([]);
    });

    it("says when the first record at a position was written, and nothing where none follows", async () => {
      const to = await bench.topic(1);
      await bench.send(to, ["a"]);
      await bench.send(to, ["b"]);
      const [first, second] = (await bench.readAll(to)).map(({ timestamp }) => timestamp);
      const at = (offset: number) => ({ topic: to, partition: 0, offset });
      expect(await bench.log.timestamps([at(1), at(0), at(2)])).toEqual([second, first, undefined]);
    });

    it("knows how many members a group has, and removes one that has none", async () => {
      const to = await bench.topic(1);
      const groupId = `${to}-members`;
      const member = await bench.member([to], groupId);
      await bench.owns(member, 1);
      expect(await bench.log.groups(groupId)).toEqual(new Map([[groupId, 1]]));
      await member.consumer.close();
      await bench.eventually(async () => expect(await bench.log.groups(groupId)).toEqual(new Map([[groupId, 0]])));
      await bench.log.removeGroups([groupId]);
      expect(await bench.log.groups(groupId)).toEqual(new Map());
    });

    it("returns bounds and what a group has committed", async () => {
      const to = await bench.topic(2);
      await bench.producer.send([{ topic: to, key: null, value: null, partition: 1 }]);
      expect(await bench.log.offsets([to])).toEqual([
        { topic: to, partition: 0, low: 0, high: 0 },
        { topic: to, partition: 1, low: 0, high: 1 },
      ]);
      expect(await bench.log.committed("nobody", [to])).toEqual([
        { topic: to, partition: 0, offset: -1 },
        { topic: to, partition: 1, offset: -1 },
      ]);
    });
  });
}

function describeRecords(bench: LogBench): void {
  describe("records", () => {
    it("keeps key, value, headers and partition byte for byte", async () => {
      const to = await bench.topic(2);
      const odd = Buffer.from([0, 0xff, 0xc3, 0x28]);
      const records: OutRecord[] = [
        { topic: to, key: odd, value: odd, partition: 0, headers: { one: odd, "": Buffer.from("unnamed") } },
        { topic: to, key: "", value: Buffer.alloc(0), partition: 0, headers: { twice: [odd, Buffer.alloc(0), odd] } },
        { topic: to, key: null, value: null, partition: 0 },
      ];
      await bench.producer.send(records);
      const read = await bench.readAll(to);
      const reader = await bench.member([to]);
      await bench.eventually(() => expect(reader.delivered).toHaveLength(3));
      for (const got of [read, reader.delivered.map((each) => each.record)]) {
        expect(got.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual([
          { key: odd, value: odd, headers: { one: odd, "": Buffer.from("unnamed") } },
          { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { twice: [odd, Buffer.alloc(0), odd] } },
          { key: null, value: null, headers: {} },
        ]);
        expect(got.map((record) => record.offset)).toEqual([0, 1, 2]);
        expect(new Date(got[0]?.timestamp ?? 0).getUTCFullYear()).toBeGreaterThan(2025);
      }
      await reader.consumer.close();
    });

    it("puts a key where Java's murmur2 puts it", async () => {
      const to = await bench.topic(5);
      const keys = ["21", "foobar", "a-little-bit-long-string", "abc"];
      const positions = await bench.producer.send(keys.map((key) => ({ topic: to, key, value: null })));
      expect(positions.map((position) => position.partition)).toEqual([0, 1, 2, 2]);
    });

    it("gives the position of each record in the order of the call", async () => {
      const to = await bench.topic(3);
      const values = Array.from({ length: 50 }, (_, at) => `value-${at}`);
      const positions = await bench.send(to, values);
      const read = new Map((await bench.readAll(to)).map((record) => [`${record.partition}/${record.offset}`, record]));
      for (const [at, value] of values.entries()) {
        const position = positions[at];
        expect(String(read.get(`${position?.partition}/${position?.offset}`)?.value)).toBe(value);
      }
    });

    it("keeps the order of a key over many calls at once", async () => {
      const to = await bench.topic(3);
      const values = Array.from({ length: 300 }, (_, at) => String(at));
      await Promise.all(values.map((value) => bench.send(to, [value], `key-${Number(value) % 7}`)));
      for (let key = 0; key < 7; key += 1) {
        const ofKey = (await bench.readAll(to)).filter((record) => String(record.key) === `key-${key}`);
        expect(ofKey.map((record) => Number(record.value))).toEqual(
          values.map(Number).filter((value) => value % 7 === key),
        );
      }
    });
  });
}

function describeLargeRecords(bench: LogBench): void {
  describe("large records", () => {
    it("refuses a record that is too large, and spares those that travel with it", async () => {
      const to = await bench.topic(1, { "max.message.bytes": "10000" });
      const calls = await Promise.allSettled([
        bench.send(to, ["before"]),
        bench.send(to, ["x".repeat(20_000)], "large"),
        bench.send(to, ["after"]),
      ]);
      expect(calls.map((call) => call.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(calls[1]?.status === "rejected" && codeOf(calls[1].reason)).toBe("KAFKA_RECORD_TOO_LARGE");
      expect(calls[1]?.status === "rejected" && isRetryable(calls[1].reason)).toBe(false);
      expect(new Set((await bench.readAll(to)).map((record) => String(record.value)))).toEqual(
        new Set(["before", "after"]),
      );
    });

    it("takes in one call more than the broker takes in one batch", async () => {
      const to = await bench.topic(1, { "max.message.bytes": "1048588" });
      const values = Array.from({ length: 30 }, (_, at) => `${at}`.padEnd(100_000, "."));
      await bench.send(to, values);
      expect((await bench.readAll(to)).map((record) => String(record.value))).toEqual(values);
    });
  });
}

function describeLostResponse(bench: LogBench): void {
  describe("a lost response", () => {
    /** As every caller does: what is retryable is sent again. */
    async function insist(to: string, value: string): Promise<Position | undefined> {
      for (;;) {
        try {
          return (await bench.send(to, [value], "one-key"))[0];
        } catch (error) {
          if (!isRetryable(error)) throw error;
        }
      }
    }

    it("loses neither its records nor those of other calls", async () => {
      const to = await bench.topic(1);
      await insist(to, "first");
      const gone = bench.under.loseNextResponse();
      const calls = [insist(to, "lost answer")];
      await gone;
      // One by one: a client with two writes outstanding reuses the lost one's sequence for the next of the same
      // length, and the broker takes that for a duplicate (kafkajs #1005).
      for (const value of ["queued 1", "queued 2"]) {
        calls.push(insist(to, value));
        await bench.under.pass(1);
      }
      const positions = await Promise.all(calls);
      await insist(to, "last");
      const read = await bench.readAll(to);
      expect(new Set(read.map((record) => String(record.value)))).toEqual(
        new Set(["first", "lost answer", "queued 1", "queued 2", "last"]),
      );
      const at = (position: Position | undefined) =>
        String(read.find((record) => record.offset === position?.offset)?.value);
      expect(positions.map(at)).toEqual(["lost answer", "queued 1", "queued 2"]);
    });
  });
}

function describeLinger(bench: LogBench): void {
  describe("a producer that lingers", () => {
    /** Longer than any test: what is written has not waited its time. */
    const forEver = 3_600_000;

    it("writes nothing before its time, and everything when it is closed", async () => {
      const to = await bench.topic(2);
      const producer = await bench.log.producer({ lingerMs: forEver });
      const values = Array.from({ length: 20 }, (_, at) => `v${at}`);
      const sends = values.map((value) => producer.send([{ topic: to, key: value, value: Buffer.from(value) }]));
      await bench.send(to, ["at once"]);
      expect((await bench.readAll(to)).map(({ value }) => String(value))).toEqual(["at once"]);
      await producer.close();
      expect((await Promise.all(sends)).map((positions) => positions.length)).toEqual(values.map(() => 1));
      const read = (await bench.readAll(to)).map(({ value }) => String(value));
      expect(read.toSorted()).toEqual([...values, "at once"].toSorted());
    });

    it("keeps the order of a key over calls that come before, during and after a wait", async () => {
      const to = await bench.topic(3);
      const lingerMs = 10;
      const producer = await bench.log.producer({ lingerMs });
      const values = Array.from({ length: 120 }, (_, at) => at);
      const sends: Promise<readonly Position[]>[] = [];
      for (const value of values) {
        sends.push(producer.send([{ topic: to, key: `key-${value % 4}`, value: Buffer.from(String(value)) }]));
        if (value % 30 === 29) await bench.under.pass(value % 60 === 59 ? lingerMs : 1);
      }
      await bench.under.pass(lingerMs);
      await Promise.all(sends);
      const read = await bench.readAll(to);
      for (let key = 0; key < 4; key += 1) {
        const ofKey = read.filter((record) => String(record.key) === `key-${key}`);
        expect(ofKey.map((record) => Number(record.value))).toEqual(values.filter((value) => value % 4 === key));
      }
      await producer.close();
    });

    it("refuses what comes after its close", async () => {
      const to = await bench.topic(1);
      const producer = await bench.log.producer({ lingerMs: forEver });
      await producer.close();
      await expect(producer.send([{ topic: to, key: null, value: null }])).rejects.toMatchObject({
        code: "KAFKA_UNAVAILABLE",
      });
    });
  });
}

function describeGroup(bench: LogBench): void {
  describe("a group", () => {
    it("delivers in order per partition, from the first record", async () => {
      const to = await bench.topic(2);
      const values = Array.from({ length: 500 }, (_, at) => `v${at}`);
      await bench.send(to, values);
      const reader = await bench.member([to]);
      await bench.gets(reader, values);
      for (const partition of [0, 1]) {
        const offsets = reader.delivered.filter((each) => each.record.partition === partition);
        expect(offsets.map((each) => each.record.offset)).toEqual(offsets.map((_, at) => at));
      }
      await reader.consumer.close();
    });

    it("reads several topics", async () => {
      const first = await bench.topic(1);
      const second = await bench.topic(1);
      const reader = await bench.member([first, second]);
      await bench.send(first, ["a"]);
      await bench.send(second, ["b"]);
      await bench.gets(reader, ["a", "b"]);
      await reader.consumer.close();
    });

    it("begins at the end when asked to", async () => {
      const to = await bench.topic(1);
      await bench.send(to, ["old"]);
      const reader = await joinGroup(bench.log, { groupId: `${to}-latest`, topics: [to], from: "latest" });
      await bench.owns(reader, 1);
      await bench.eventually(async () => {
        await bench.send(to, ["new"]);
        expect(reader.values()).toContain("new");
      });
      expect(reader.values()).not.toContain("old");
      await reader.consumer.close();
    });

    it("delivers again what was not committed before the member left", async () => {
      const to = await bench.topic(2);
      await bench.send(to, ["a", "b", "c"]);
      const first = await bench.member([to]);
      await bench.gets(first, ["a", "b", "c"]);
      await first.consumer.close();
      const second = await bench.member([to]);
      await bench.gets(second, ["a", "b", "c"]);
      await second.consumer.close();
    });

    it("goes on where it committed", async () => {
      const to = await bench.topic(2);
      await bench.send(to, ["a", "b", "c"]);
      const first = await bench.member([to]);
      await bench.gets(first, ["a", "b", "c"]);
      await first.commitDelivered();
      await first.consumer.close();
      await bench.send(to, ["d"]);
      const second = await bench.member([to]);
      await bench.gets(second, ["d"]);
      await second.consumer.close();
    });
  });
}

function describePause(bench: LogBench): void {
  describe("a pause", () => {
    it("delivers nothing of a paused partition until it is resumed", async () => {
      // A rebalance forgets a pause, and a broker may call for one whenever it likes: what came of that is no answer.
      while (!(await staysPaused(bench)));
    });

    it("forgets a pause at a rebalance", async () => {
      const to = await bench.topic(2);
      const first = await bench.member([to]);
      await bench.owns(first, 2);
      first.consumer.pause([0, 1].map((partition) => ({ topic: to, partition })));
      const second = await bench.member([to]);
      await bench.owns(second, 1);
      await bench.owns(first, 1);
      await bench.producer.send(
        [0, 1].map((partition) => ({ topic: to, key: null, value: Buffer.from(`${partition}`), partition })),
      );
      await bench.eventually(() => expect([...first.values(), ...second.values()].sort()).toEqual(["0", "1"]));
      await Promise.all([first.consumer.close(), second.consumer.close()]);
    });
  });
}

/** Whether one member kept its assignment throughout; only then has it been asked anything. */
async function staysPaused(bench: LogBench): Promise<boolean> {
  const to = await bench.topic(2);
  const reader = await bench.member([to]);
  const has = (value: string): Promise<void> => bench.eventually(() => expect(reader.values()).toContain(value));
  await bench.owns(reader, 2);
  const before = reader.generation();
  reader.consumer.pause([{ topic: to, partition: 0 }]);
  // One record may be in flight already; what is sent after a fetch without the partition is not.
  await bench.producer.send([{ topic: to, key: null, value: Buffer.from("open 1"), partition: 1 }]);
  await has("open 1");
  await bench.producer.send([
    { topic: to, key: null, value: Buffer.from("paused"), partition: 0 },
    { topic: to, key: null, value: Buffer.from("open 2"), partition: 1 },
  ]);
  await has("open 2");
  await bench.producer.send([{ topic: to, key: null, value: Buffer.from("open 3"), partition: 1 }]);
  await has("open 3");
  const isOne = reader.generation() === before;
  if (isOne) {
    expect(reader.values()).not.toContain("paused");
    reader.consumer.resume([{ topic: to, partition: 0 }]);
    await has("paused");
  }
  await reader.consumer.close();
  return isOne;
}

function describeRebalance(bench: LogBench): void {
  describe("a rebalance", () => {
    it("makes a new generation when a member joins and leaves, and loses nothing", async () => {
      const to = await bench.topic(4);
      const values = Array.from({ length: 40 }, (_, at) => `v${at}`);
      await bench.send(to, values);
      const first = await bench.member([to]);
      await bench.gets(first, values);
      const second = await bench.member([to]);
      await bench.owns(second, 2);
      await bench.owns(first, 2);
      expect(first.revoked).toContain(1);
      expect(first.generation()).toBeGreaterThan(1);
      // Nothing was committed: all of it is void and comes again, to one member or the other.
      await bench.eventually(() =>
        expect(new Set([...first.values(first.generation()), ...second.values()])).toEqual(new Set(values)),
      );
      await second.consumer.close();
      await bench.owns(first, 4);
      await bench.eventually(() => expect(new Set(first.values(first.generation()))).toEqual(new Set(values)));
      await first.consumer.close();
    });

    it("lets the old generation commit while it is revoked", async () => {
      const to = await bench.topic(2);
      await bench.send(to, ["a", "b", "c", "d"]);
      const groupId = `${to}-group`;
      const first = await joinGroup(bench.log, { groupId, topics: [to] }, async (member) => {
        await Promise.resolve();
        await member.commitDelivered();
      });
      await bench.gets(first, ["a", "b", "c", "d"]);
      const second = await bench.member([to], groupId);
      await bench.owns(second, 1);
      await bench.owns(first, 1);
      await bench.send(to, ["e", "f", "g", "h"]);
      await bench.eventually(() =>
        expect([...first.values(first.generation()), ...second.values()].sort()).toEqual(["e", "f", "g", "h"]),
      );
      await Promise.all([first.consumer.close(), second.consumer.close()]);
    });

    it("leaves out a commit of what the member has lost", async () => {
      const to = await bench.topic(2);
      await bench.send(to, ["a", "b", "c", "d"]);
      const groupId = `${to}-group`;
      const first = await bench.member([to], groupId);
      await bench.gets(first, ["a", "b", "c", "d"]);
      const before = first.generation();
      const second = await bench.member([to], groupId);
      await bench.owns(second, 1);
      await bench.owns(first, 1);
      const everything = [0, 1].map((partition) => ({ topic: to, partition, offset: 1 }));
      await first.consumer.commit(everything, before);
      expect((await bench.log.committed(groupId, [to])).map((position) => position.offset)).toEqual([-1, -1]);
      await first.consumer.commit(everything, first.generation());
      const mine = first.partitions()[0]?.partition;
      expect(await bench.log.committed(groupId, [to])).toEqual(
        [0, 1].map((partition) => ({ topic: to, partition, offset: partition === mine ? 1 : -1 })),
      );
      await Promise.all([first.consumer.close(), second.consumer.close()]);
    });
  });
}

function describeSession(bench: LogBench): void {
  describe("the session of a member", () => {
    it("throws out a member that holds records and does not move, and takes it back when it does", async () => {
      const to = await bench.topic(2);
      const groupId = `${to}-group`;
      await bench.producer.send(
        [0, 1].map((partition) => ({ topic: to, key: null, value: Buffer.from(`${partition}`), partition })),
      );
      const wedged = await joinGroup(bench.log, { groupId, topics: [to], sessionTimeoutMs: 1_500 });
      const other = await joinGroup(bench.log, { groupId, topics: [to], sessionTimeoutMs: 60_000 });
      await bench.owns(other, 1);
      await bench.owns(wedged, 1);
      await bench.eventually(() => expect(wedged.values(wedged.generation())).toHaveLength(1));
      await bench.under.pass(4_000);
      await bench.owns(other, 2);
      await bench.gets(other, ["0", "1"]);
      wedged.consumer.progress();
      await bench.owns(other, 1);
      await bench.owns(wedged, 1);
      await Promise.all([wedged.consumer.close(), other.consumer.close()]);
    });

    it("keeps a member that holds records and moves", async () => {
      const to = await bench.topic(1);
      await bench.send(to, ["a"]);
      const slow = await joinGroup(bench.log, { groupId: `${to}-group`, topics: [to], sessionTimeoutMs: 1_500 });
      await bench.gets(slow, ["a"]);
      for (let step = 0; step < 8; step += 1) {
        await bench.under.pass(500);
        slow.consumer.progress();
      }
      expect(slow.revoked).toEqual([]);
      await slow.commitDelivered();
      expect(await bench.log.committed(`${to}-group`, [to])).toEqual([{ topic: to, partition: 0, offset: 1 }]);
      await slow.consumer.close();
    });
  });
}

function describeReadToEnd(bench: LogBench): void {
  describe("reading to the end", () => {
    it("ends at the offsets captured at the call", async () => {
      const to = await bench.topic(3);
      const values = Array.from({ length: 30 }, (_, at) => `v${at}`);
      await bench.send(to, values);
      const seen: string[] = [];
      for await (const run of bench.log.readToEnd([to])) {
        seen.push(...run.map((record) => String(record.value)));
        expect(new Set(run.map((record) => record.partition)).size).toBe(1);
        await bench.send(to, ["later"]);
      }
      expect(seen.sort()).toEqual(values.sort());
    });

    it("begins where it is told, at the first record where that comes later, and beyond the end nowhere", async () => {
      const to = await bench.topic(3);
      for (const partition of [0, 1, 2])
        await bench.producer.send(
          ["a", "b", "c"].map((value) => ({ topic: to, key: value, value: Buffer.from(value), partition })),
        );
      const from = [
        { topic: to, partition: 0, offset: 2 },
        { topic: to, partition: 1, offset: 9 },
      ];
      const read = (await collect(bench.log.readToEnd([to], undefined, from))).flat();
      const seen = read.map(({ partition, offset, value }) => `${partition}/${offset} ${String(value)}`);
      expect(seen.sort()).toEqual(["0/2 c", "2/0 a", "2/1 b", "2/2 c"]);
    });

    it("ends at once on empty partitions", async () => {
      expect(await bench.readAll(await bench.topic(3))).toEqual([]);
    });

    it("ends where the last offsets hold no record", async () => {
      const to = await bench.topic(1);
      await bench.send(to, ["a", "b"]);
      await bench.under.leaveGapAtEnd(to);
      await bench.eventually(async () => expect((await bench.log.offsets([to]))[0]?.high).toBeGreaterThan(2));
      const read = await bench.readAll(to);
      expect(read.map((record) => String(record.value))).toEqual(["a", "b"]);
    });

    it("stops when it is aborted", async () => {
      const to = await bench.topic(1);
      await bench.send(to, ["a"]);
      const stop = new AbortController();
      stop.abort(new Error("enough"));
      await expect(collect(bench.log.readToEnd([to], stop.signal))).rejects.toThrow("enough");
    });
  });
}

function describeOutage(bench: LogBench): void {
  describe("an outage of the broker", () => {
    it("is ridden out by producer and consumer, without a crash or a loss", async () => {
      const to = await bench.topic(2);
      const reader = await bench.member([to]);
      await bench.send(to, ["before"]);
      await bench.gets(reader, ["before"]);
      const back = bench.under.outage();
      const sent = bench.send(to, ["during"]);
      const committed = reader.commitDelivered();
      await back;
      await Promise.all([sent, committed]);
      await bench.send(to, ["after"]);
      await bench.gets(reader, ["before", "during", "after"]);
      expect(reader.crashes).toEqual([]);
      await reader.consumer.close();
    });
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

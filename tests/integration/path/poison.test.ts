import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory, type EventFactory } from "#cli/demo/event-factory.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Event } from "#shared/contracts/records.ts";
import { deadLetterTopic } from "#shared/contracts/topics.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import type { Seen } from "#tests/support/world/topic-watch.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const mark = "~~~~~~~~";
let world: World;
let child: WorldChild;
let eventFactory: EventFactory;

beforeAll(async () => {
  world = await startWorld();
  child = await world.start(everything);
  eventFactory = createEventFactory("poison");
  await world.introduce([aPerson("ines")]);
});
afterAll(() => world?.close());

interface Poison {
  readonly name: string;
  /** From the bytes of a good record. */
  readonly bytes: (good: Buffer) => Buffer | null;
  readonly reason: string;
}

const large = Buffer.alloc(10 * 1024 * 1024, 7);

const poisons: readonly Poison[] = [
  { name: "empty", bytes: () => Buffer.alloc(0), reason: "COMMS_POISON" },
  { name: "one byte", bytes: () => Buffer.from([0]), reason: "COMMS_POISON" },
  { name: "bad magic", bytes: (good) => Buffer.concat([Buffer.from([1]), good.subarray(1)]), reason: "COMMS_POISON" },
  { name: "unknown schema id", bytes: withUnknownSchema, reason: "COMMS_POISON" },
  { name: "truncated", bytes: (good) => good.subarray(0, good.length - 20), reason: "COMMS_POISON" },
  { name: "10 MB", bytes: (good) => Buffer.concat([good, large]), reason: "COMMS_PAYLOAD_TOO_LARGE" },
  { name: "invalid UTF-8", bytes: withInvalidUtf8, reason: "COMMS_POISON" },
  { name: "null value", bytes: () => null, reason: "COMMS_POISON" },
];

function withUnknownSchema(good: Buffer): Buffer {
  const bytes = Buffer.from(good);
  bytes.writeUInt32BE(2_000_000_000, 1);
  return bytes;
}

/** The good record has the mark in one of its strings. */
function withInvalidUtf8(good: Buffer): Buffer {
  const bytes = Buffer.from(good);
  bytes.fill(0xff, bytes.indexOf(mark), bytes.indexOf(mark) + mark.length);
  return bytes;
}

/** A booking whose excerpt carries the mark. */
function marked(event: Event): Event {
  return { ...event, payload: JSON.stringify({ ...JSON.parse(event.payload), note: mark }) };
}

interface Place {
  readonly topic: string;
  readonly key: string;
}

/** A poison record under the key of the records round it, so that all of them share a partition. */
function poisonRecord({ name, bytes }: Poison, good: Buffer, { topic, key }: Place): OutRecord {
  const headers = {
    "x-producer": Buffer.from(`maker of ${name}`),
    "x-twice": [Buffer.from("a"), Buffer.from("b")],
    "x-correlation-id": Buffer.from("corr-1"),
  };
  return { topic: world.prefix + topic, key, value: bytes(good), headers };
}

function deadLetters(stage: string): readonly Seen<unknown>[] {
  return world.watch.records(deadLetterTopic(stage));
}

function text(header: Buffer | readonly Buffer[] | undefined): string {
  return String(header);
}

/** The dead letter has the bytes, the key and the headers of the record as it was written, and says why it is there. */
function expectDeadLetter(deadLetter: Seen<unknown> | undefined, written: OutRecord, reason: string): void {
  const value = deadLetter?.record.value;
  expect(written.value === null ? value === null : value?.equals(written.value)).toBe(true);
  expect(deadLetter?.key).toBe(written.key);
  const headers = deadLetter?.record.headers ?? {};
  expect(headers).toMatchObject(written.headers ?? {});
  expect(text(headers["comms-error-code"])).toBe(reason);
  expect(text(headers["__connect.errors.topic"])).toBe(written.topic);
  expect(text(headers["__connect.errors.stage"])).toBe("DECODE");
  expect(text(headers["comms-trace-id"])).toMatch(/^[0-9a-f]{32}$/);
  expect(text(headers["comms-correlation-id"])).toBe("corr-1");
  expect(text(headers["__connect.errors.exception.message"])).toMatch(/^[A-Z].+/);
  expectNoValues(Object.entries(headers).map(([name, header]) => `${name}: ${text(header)}`));
}

/** Neither a word of the event nor of its people stands where headers and metrics are read. */
function expectNoValues(lines: readonly string[]): void {
  for (const secret of [mark, "ines@example.com", "Portrait session"])
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
}

describe("poison on comms.events between good events of the same partition", () => {
  test("each lies in intake's dead-letter topic with its bytes, and every neighbour is delivered", async () => {
    const key = "default/one-partition";
    const good = () => ({
      topic: `${world.prefix}comms.events`,
      key,
      value: world.platform
        .codec()
        .encode("comms.events", marked(eventFactory.booking({ buyer: "ines", seller: sellerTo("ines") }, Date.now()))),
    });
    const written = poisons.map((poison) => poisonRecord(poison, good().value, { topic: "comms.events", key }));
    await world.write([good(), ...written.flatMap((record) => [record, good()])]);
    await world.watch.until(() => deadLetters("intake").length === poisons.length, "the dead letters", 60_000);
    for (const [index, { reason }] of poisons.entries())
      expectDeadLetter(deadLetters("intake")[index], written[index] as OutRecord, reason);
    const sent = () =>
      world.watch
        .of("comms.feedback")
        .filter(({ status, user_id, channel }) => status === "SENT" && user_id === "ines" && channel === "EMAIL");
    await world.watch.until(() => sent().length === poisons.length + 1, "every neighbour to be sent", 60_000);
    await world.drained();
    expect(deadLetters("intake")).toHaveLength(poisons.length);
  });
});

describe("poison on comms.send.email, where a provider is called", () => {
  test("is set aside in the same way, without a call", async () => {
    const [one] = world.watch.records("comms.send.email");
    const bytes = one?.record.value ?? Buffer.alloc(0);
    const small = poisons.filter(({ name }) => name !== "10 MB" && name !== "invalid UTF-8");
    const before = await world.ledger();
    const written = small.map((poison) =>
      poisonRecord(poison, bytes, { topic: "comms.send.email", key: one?.key ?? "" }),
    );
    await world.write(written);
    await world.produceEvents(eventFactory.booking({ buyer: "ines", seller: sellerTo("ines") }, Date.now()));
    await world.watch.until(() => deadLetters("email-sender").length === small.length, "the dead letters", 60_000);
    for (const [index, { reason }] of small.entries())
      expectDeadLetter(deadLetters("email-sender")[index], written[index] as OutRecord, reason);
    await world.drained();
    expect((await world.ledger()).length).toBe(before.length + 1);
  });
});

describe("what poison leaves behind", () => {
  test("a line of JSON a burst on a topic of others, a line a record on one of ours, with the ids to find it by [HLT-06]", async () => {
    const linesNow = async () => {
      const log = (await readFile(child.logFile, "utf8")).split("\n").filter((line) => line !== "");
      return log.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    };
    const burstsIn = (lines: Awaited<ReturnType<typeof linesNow>>) =>
      lines.filter(({ stage, count }) => stage === "intake" && Number(count) > 0);
    // The line about a burst comes some seconds after it began.
    await eventually(async () => burstsIn(await linesNow()).length > 0, "the line about the burst", 20_000);
    const lines = await linesNow();
    const ids = { trace_id: expect.stringMatching(/^[0-9a-f]{32}$/), correlation_id: "corr-1" };
    for (const line of burstsIn(lines)) expect(line).toMatchObject({ first: ids, last: ids });
    const own = lines.filter(({ stage, outcome }) => stage === "email-sender" && outcome === "reject");
    expect(own).not.toEqual([]);
    for (const line of own) expect(line).toMatchObject(ids);
  });

  test("counts and reasons, and no value of it in the log or the metrics", async () => {
    const metrics = await (await fetch(`${child.healthUrl}/metrics`)).text();
    expect(metrics).toContain('comms_dead_letters_total{stage="intake",topic="comms.events",reason="COMMS_POISON"}');
    expectNoValues([...metrics.split("\n"), ...(await readFile(child.logFile, "utf8")).split("\n")]);
  });
});

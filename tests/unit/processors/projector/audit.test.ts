import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AuditParts, createAudit } from "#processors/projector/audit.ts";
import type { Headers, InRecord } from "#shared/contracts/log-record.ts";
import { deadLetterTopic, groupOf, type Stage, stages } from "#shared/contracts/topics.ts";
import { bookedGroups, hopOf } from "#shared/domain/books/hops.ts";
import { partitionName, type RecordPlace } from "#shared/domain/books/place.ts";
import { readSource, writeSource } from "#shared/domain/books/source.ts";
import { deadLetter } from "#shared/runtime/outputs/dead-letter.ts";
import { createMemoryLog, type MemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createMemoryAuditStore } from "#tests/fakes/memory-audit-store.ts";

const partitions = 2;
/** The way of a message as far as it is played here; what comes of a record, and where. */
const writes = { intake: "comms.accepted", router: "comms.decisions" } as const;
type Player = keyof typeof writes | "projector";
const players: readonly Player[] = ["intake", "router", "projector"];

/** The next record of a stage; undefined where it has read all. */
function unread(log: MemoryLog, stage: Stage, commits: ReadonlyMap<string, number>): InRecord | undefined {
  const records = hopOf(stage).topics.flatMap((topic) => log.records(topic));
  return records.find((record) => record.offset >= (commits.get(`${groupOf(stage)} ${partitionName(record)}`) ?? 0));
}

/** A log whose stages do as the test says, a step at a time, and an audit of it that may be restarted. */
async function aPlay() {
  const log = createMemoryLog({ partitions });
  const producer = await log.producer();
  const store = createMemoryAuditStore();
  const commits = new Map<string, number>();
  /** What was handled and not committed is no loss when it is skipped. */
  const handled = new Set<string>();
  const skipped = new Set<string>();
  const nameOf = (place: RecordPlace): string => `${partitionName(place)}/${place.offset}`;
  for (const topic of [...bookedGroups.map(({ topic }) => topic), ...stages.map(deadLetterTopic)]) log.records(topic);

  const committed: AuditParts["log"]["committed"] = async (group, topics) =>
    (await log.offsets(topics)).map(({ topic, partition }) => ({
      topic,
      partition,
      offset: commits.get(`${group} ${partitionName({ topic, partition })}`) ?? -1,
    }));
  const parts: AuditParts = {
    log: { offsets: log.offsets, readToEnd: log.readToEnd, committed },
    prefix: "",
    store,
    owner: "test",
    nameOf: ({ key }) => ({ id: String(key), tenantId: "default" }),
    report: () => {},
  };
  let audit = createAudit(parts);

  const next = (stage: Stage) => unread(log, stage, commits);
  const commit = (stage: Stage, record: InRecord) =>
    commits.set(`${groupOf(stage)} ${partitionName(record)}`, record.offset + 1);
  async function write(topic: string, key: string, headers: Headers = {}): Promise<void> {
    await producer.send([{ topic, key, value: Buffer.from("v"), headers }]);
  }

  return {
    store,
    skipped,
    nameOf,
    event: (key: string) => write("comms.events", key),
    /** Handles the next record; a crash comes after its outputs and before its commit. */
    handle: async (player: Player, crash = false) => {
      const record = next(player);
      if (record === undefined) return false;
      if (player === "projector") await store.mark([record, ...readSource(record.headers)]);
      else await write(writes[player], String(record.key), writeSource(writes[player], record, record.headers));
      handled.add(nameOf(record));
      if (!crash) commit(player, record);
      return true;
    },
    setAside: async (player: Player) => {
      const record = next(player);
      if (record === undefined) return;
      const ids = { traceId: "t" };
      const cause = { stage: player, reason: "COMMS_POISON", message: "m", at: "decode", ids, now: 0 } as const;
      const letter = deadLetter(record, cause);
      await write(letter.topic, String(record.key), letter.headers);
      commit(player, record);
    },
    skip: (player: Player) => {
      const record = next(player);
      if (record === undefined) return;
      if (!handled.has(nameOf(record))) skipped.add(nameOf(record));
      commit(player, record);
    },
    back: (player: Player, place: RecordPlace) =>
      commits.set(`${groupOf(player)} ${partitionName(place)}`, place.offset),
    look: () => audit.run(0, async () => {}, new AbortController().signal),
    restart: () => {
      audit = createAudit(parts);
    },
    found: () => store.missing().map(nameOf).toSorted(),
  };
}

type Play = Awaited<ReturnType<typeof aPlay>>;

async function finish(play: Play): Promise<void> {
  for (const player of players) while (await play.handle(player));
  for (let look = 0; look < 8; look++) await play.look();
}

describe("the audit of the books", () => {
  it("finds nothing where all is handled", async () => {
    const play = await aPlay();
    for (const key of ["a", "b", "c"]) await play.event(key);
    await finish(play);
    expect(play.found()).toEqual([]);
  });

  it.each(players)("names what %s left out, and nobody before or after it", async (player) => {
    const play = await aPlay();
    await play.look();
    await play.event("a");
    await play.event("b");
    for (const before of players.slice(0, players.indexOf(player))) while (await play.handle(before));
    play.skip(player);
    await finish(play);
    expect(play.skipped.size).toBe(1);
    expect(play.found()).toEqual([...play.skipped]);
    expect(play.store.missing()[0]).toMatchObject({ group: groupOf(player), tenantId: "default" });
  });

  it("does not call missing what waits, however long", async () => {
    const play = await aPlay();
    await play.look();
    await play.event("a");
    await play.handle("intake");
    for (let look = 0; look < 5; look++) await play.look();
    await play.handle("router");
    for (let look = 0; look < 5; look++) await play.look();
    expect(play.found()).toEqual([]);
  });

  it("lets go of what is handled after all", async () => {
    const play = await aPlay();
    await play.look();
    await play.event("a");
    await play.handle("intake");
    play.skip("router");
    await finish(play);
    const [missing] = play.store.missing();
    expect(play.found()).toHaveLength(1);
    play.back("router", missing as RecordPlace);
    await finish(play);
    expect(play.found()).toEqual([]);
  });
});

describe("the audit of the books, over all that may happen", () => {
  it("names exactly what was left out, whatever the order, crashes, dead letters, second tellings and restarts of its own", async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("event" as const) },
      { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("handle" as const), who: fc.constantFrom(...players) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constantFrom("crash" as const, "skip" as const, "set aside" as const),
          who: fc.constantFrom(...players),
        }),
      },
      { weight: 3, arbitrary: fc.constantFrom("look" as const) },
      { weight: 1, arbitrary: fc.constantFrom("restart" as const) },
    );
    let left = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: "max" }), async (steps) => {
        const play = await aPlay();
        await play.look();
        for (const [at, one] of steps.entries()) {
          if (one === "event") await play.event(`k${at}`);
          else if (one === "look") await play.look();
          else if (one === "restart") play.restart();
          else if (one.do === "skip") play.skip(one.who);
          else if (one.do === "set aside") await play.setAside(one.who);
          else await play.handle(one.who, one.do === "crash");
          for (const name of play.found()) expect([...play.skipped]).toContain(name);
        }
        await finish(play);
        expect(play.found()).toEqual([...play.skipped].toSorted());
        left += play.skipped.size;
      }),
      { numRuns: 150 },
    );
    expect(left).toBeGreaterThan(50);
  });
});

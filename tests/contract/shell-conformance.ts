import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import { placeOf } from "#tests/support/commit-audit.ts";
import { createGate } from "#tests/support/gate.ts";
import { seeded } from "#tests/support/seeded.ts";
import { outOfOrder } from "#tests/support/shell-bench.ts";
import { Crew, type CrewOptions, type ShellUnderTest } from "#tests/support/shell-crew.ts";

const users = Array.from({ length: 12 }, (_, at) => `user-${at}`);
/** How long a rebalance waits for work to end, ms, as both logs have it. */
const drainMsMax = 3_000;

/** The log under test, and the crew that works on it in the present test. */
class ShellBench {
  readonly #create: () => Promise<ShellUnderTest>;
  #under: ShellUnderTest | undefined;
  #crew: Crew | undefined;
  #crews = 0;

  constructor(create: () => Promise<ShellUnderTest>) {
    this.#create = create;
  }

  async open(): Promise<void> {
    this.#under = await this.#create();
  }

  get under(): ShellUnderTest {
    if (this.#under === undefined) throw new Error("The bench is not open");
    return this.#under;
  }

  /** A crew on topics of its own. */
  async crew(options: CrewOptions = {}): Promise<Crew> {
    this.#crew = new Crew(this.under, `crew-${++this.#crews}`, options);
    await this.#crew.open();
    return this.#crew;
  }

  async closeCrew(): Promise<void> {
    await this.#crew?.close();
  }

  /** Work that takes so long for each reference. */
  works(ms: (ref: string) => number): (ref: string) => Promise<void> {
    return (ref) => this.under.clock.sleep(ms(ref));
  }
}

/** What the shell must keep on every log. Runs on the one in memory and on a real broker. */
export function describeShell(name: string, create: () => Promise<ShellUnderTest>): void {
  describe(name, { timeout: 60_000 }, () => {
    const bench = new ShellBench(create);
    beforeAll(() => bench.open());
    afterEach(() => bench.closeCrew());
    afterAll(() => bench.under.close());

    describeHandover(bench);
    describeOutages(bench);
    describeRecords(bench);
  });
}

function numberOf(ref: string): number {
  return Number(ref.split(":")[1]);
}

function done(crew: Crew, count: number): Promise<void> {
  return crew.until(() => crew.audit.done.size >= count, `${count} inputs to be done`);
}

/** Goes on writing until it is so, so that the members are always at work. */
async function busyUntil(crew: Crew, so: () => boolean, what: string): Promise<void> {
  const writeAndLook = async () => {
    if (so()) return true;
    await crew.produce(users, 1);
    return false;
  };
  await crew.until(writeAndLook, what, 150);
}

/** Nothing is lost, nothing out of order, nothing of one key at once, nothing committed early. */
async function expectWhole(crew: Crew): Promise<void> {
  await crew.finished();
  const references = await crew.references();
  const outputs = await crew.outputs();
  const events = [...references].filter(([, ref]) => ref !== undefined);
  expect(new Map(outputs.map(({ input, ref }) => [input, ref]))).toEqual(new Map(events));
  expect(outOfOrder(outputs.map(({ ref }) => ref ?? ""))).toEqual([]);
  expect(crew.overlaps).toEqual([]);
  expect(crew.audit.early).toEqual([]);
  expect(crew.crashes).toEqual([]);
  for (const [input, all] of Map.groupBy(outputs, (output) => output.input)) {
    expect({ input, ids: new Set(all.map(({ id }) => id)).size }).toEqual({ input, ids: 1 });
  }
}

function describeHandover(bench: ShellBench): void {
  describe("work that changes hands", () => {
    it("keeps the order of each key, and works on different keys at once", async () => {
      const random = seeded(7);
      const crew = await bench.crew({ work: bench.works(() => Math.floor(random() * 30)) });
      await crew.produce(users, 8);
      await crew.produce(users, 4, "comms.events.bulk");
      await crew.join();
      await expectWhole(crew);
      expect(crew.atOnceMax).toBeGreaterThan(users.length / 2);
      expect(await crew.outputs()).toHaveLength(users.length * 12);
    });

    it("loses nothing when a member is killed in the middle of its work", async () => {
      const quick = users.length * 2;
      const gate = createGate();
      const crew = await bench.crew({
        work: (ref) => (numberOf(ref) < quick ? bench.under.clock.sleep(5) : gate.passed),
      });
      const victim = await crew.join();
      const heir = await crew.join();
      await crew.until(() => victim.shell.state().assigned < 6, "the partitions to be shared");
      await crew.produce(users, 5);
      await done(crew, quick);
      await crew.until(() => victim.working.size > 0 && heir.working.size > 0, "both to be at work");
      expect(crew.audit.done.size).toBe(quick);
      await victim.kill();
      gate.open();
      await expectWhole(crew);
      expect(heir.shell.state().assigned).toBe(6);
    });

    it("hands its work over when a member comes and goes in the middle of a batch", async () => {
      const crew = await bench.crew({ work: bench.works(() => 250) });
      await crew.join();
      await crew.produce(users, 2);
      await busyUntil(crew, () => (crew.members[0]?.working.size ?? 0) > 0, "the first to be at work");
      let second: Awaited<ReturnType<Crew["join"]>> | undefined;
      void crew.join().then((member) => {
        second = member;
      });
      await busyUntil(crew, () => (second?.working.size ?? 0) > 0, "the second to be at work");
      expect(crew.interruptions).toBeGreaterThan(0);
      crew.members.pop();
      await Promise.all([
        second?.shell.stop(5_000),
        busyUntil(crew, () => crew.members[0]?.shell.state().assigned === 6, "the first to have all again"),
      ]);
      await expectWhole(crew);
      expect(crew.crossings).toEqual([]);
    });
  });
}

function describeOutages(bench: ShellBench): void {
  describe("rebalances and outages that last", () => {
    it("begins nothing again while work of before the rebalance goes on", async () => {
      const slow = drainMsMax + 1_500;
      const crew = await bench.crew({ work: bench.works((ref) => (numberOf(ref) < users.length ? slow : 5)) });
      await crew.join();
      await crew.produce(users, 3);
      await crew.until(() => crew.members[0]?.working.size === users.length, "the first to be at work");
      // A real group may have rebalanced before: brokers take a while to agree on who leads a new topic.
      const before = crew.revocations;
      await crew.join();
      expect(crew.interruptions).toBe(1);
      expect(crew.audit.done.size).toBe(0);
      await expectWhole(crew);
      // Nobody was thrown out for standing still.
      expect(crew.revocations).toBe(before + 1);
    });

    it("rides out an outage of the broker", async () => {
      const crew = await bench.crew({ work: bench.works(() => 60) });
      await crew.join();
      await crew.join();
      await crew.produce(users, 8);
      await done(crew, users.length);
      bench.under.away();
      const during = crew.produce(users, 1);
      await bench.under.pass(3_000);
      const doneMeanwhile = crew.audit.done.size;
      bench.under.back();
      expect(doneMeanwhile).toBeLessThan(users.length * 8);
      await during;
      await crew.produce(users, 1);
      await expectWhole(crew);
    });
  });
}

function describeRecords(bench: ShellBench): void {
  describe("poison, full lanes and lost answers", () => {
    it("sends poison to the dead-letter topic with its bytes, and delivers its neighbours", async () => {
      const crew = await bench.crew();
      await crew.produce(users, 1);
      await crew.write(users.slice(0, 3).flatMap(poisonOf));
      await crew.produce(users, 1);
      await crew.join();
      await expectWhole(crew);
      const inputs = await crew.read("comms.events");
      const poisoned = new Map(
        inputs.filter(({ headers }) => headers["poison"]).map((record) => [placeOf(record), record]),
      );
      const letters = await crew.read("comms.intake.dlq");
      expect(poisoned.size).toBe(15);
      expect(letters).toHaveLength(15);
      for (const { key, value, headers } of letters) {
        const place = ["topic", "partition", "offset"].map((part) => headers[`__connect.errors.${part}`]).join("/");
        const input = poisoned.get(place);
        expect({ key, value }).toEqual({ key: input?.key, value: input?.value });
        expect(headers).toMatchObject(input?.headers ?? { lost: place });
        expect(String(headers["comms-error-code"])).toBe("COMMS_POISON");
      }
    });

    it("pauses a lane that is full, lets the express lane pass, and resumes", async () => {
      const gate = createGate();
      const limits = { inFlight: 8, batch: 8, waitingRecords: 24 };
      const crew = await bench.crew({
        limits,
        work: (ref) => (ref.startsWith("comms.events.bulk/") ? gate.passed : Promise.resolve()),
      });
      const { shell } = await crew.join();
      await crew.produce(users, 3, "comms.events.bulk");
      await crew.until(() => shell.state().inHand >= limits.waitingRecords, "the bulk lane to be full");
      // A fetch that was under way when the lane was paused still brings what is written meanwhile.
      await bench.under.pass(1_000);
      const held = shell.state().inHand;
      await crew.produce(users, 10, "comms.events.bulk");
      await crew.produce(users, 2);
      await done(crew, users.length * 2);
      await bench.under.pass(1_000);
      expect(shell.state().inHand).toBe(held);
      expect(crew.audit.done.size).toBe(users.length * 2);
      gate.open();
      await expectWhole(crew);
    });

    it("loses nothing when the answer to a write is lost", async () => {
      const gate = createGate();
      const crew = await bench.crew({ work: () => gate.passed });
      const { working } = await crew.join();
      await crew.produce(users, 6);
      await crew.until(() => working.size === users.length, "all keys to be at work");
      const gone = bench.under.loseNextResponse();
      gate.open();
      await Promise.all([gone, done(crew, 1)]);
      await expectWhole(crew);
    });
  });
}

/** All that the codec refuses: no frame, nothing, null, a schema that nobody knows, a record that breaks off. */
function poisonOf(key: string): OutRecord[] {
  const bytes = ["0909090909", "", null, "000ffffffe01", "000000000102"];
  return bytes.map((hex, at) => ({
    topic: "comms.events",
    key,
    value: hex === null ? null : Buffer.from(hex, "hex"),
    headers: { poison: Buffer.from([at, 0xff]) },
  }));
}

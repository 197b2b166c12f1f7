import { describe, expect, it } from "vitest";
import { type LaneMember, Precedence } from "#shared/runtime/shell/precedence.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

const large = 128;
const small = 16;
const watchful = 32;

/** A stage with so many bulk records that it may take whenever it may; it notes when it took how many. */
class Stage implements LaneMember {
  readonly taken: { readonly at: number; readonly records: number }[] = [];
  isExpress = false;
  left: number;
  readonly #precedence: Precedence;
  readonly #now: () => number;

  constructor(precedence: Precedence, now: () => number, left = 10_000) {
    this.#precedence = precedence;
    this.#now = now;
    this.left = left;
    precedence.join(this);
  }

  hasExpress(): boolean {
    return this.isExpress;
  }

  /** Asks on until it is refused, as a pump does. */
  pump(): void {
    for (;;) {
      const records = this.left > 0 ? this.#precedence.bulkRoom(this, Math.min(large, this.left)) : 0;
      if (records === 0) return;
      this.left -= records;
      this.taken.push({ at: this.#now(), records });
    }
  }
}

function worldOf(...lefts: readonly number[]) {
  const clock = createManualClock(0);
  const load = { share: 0 };
  const precedence = new Precedence(clock, () => load.share);
  const stages = lefts.map((left) => new Stage(precedence, () => clock.now(), left));
  return { clock, load, precedence, stages: stages as [Stage, Stage, Stage] };
}

describe("the precedence of express over the stages of a process", () => {
  it("lets bulk take all it may where no code has come", () => {
    const { stages } = worldOf(large, large);
    stages[0].pump();
    stages[1].pump();
    expect(stages[0].taken).toEqual([{ at: 0, records: large }]);
    expect(stages[1].taken).toEqual([{ at: 0, records: large }]);
  });

  it("gives bulk small batches with room between them while any stage has a code in hand", async () => {
    const { stages, clock } = worldOf(10_000, 0);
    stages[1].isExpress = true;
    stages[0].pump();
    for (let ms = 0; ms < 100; ms++) {
      stages[0].pump();
      await clock.advance(1);
    }
    expect(stages[0].taken.map(({ records }) => records)).toEqual([small, small, small]);
    const gaps = stages[0].taken.slice(1).map(({ at }, index) => at - (stages[0].taken[index]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(40);
  });

  it("looks no more at a stage that has left", () => {
    const { stages, precedence } = worldOf(large, 0);
    stages[1].isExpress = true;
    precedence.leave(stages[1]);
    stages[0].pump();
    expect(stages[0].taken).toEqual([{ at: 0, records: large }]);
  });
});

describe("the turns of bulk beside express", () => {
  it("are shared by stages that ask for more as soon as they have been given some", async () => {
    const { stages, clock } = worldOf(10_000, 10_000, 0);
    stages[2].isExpress = true;
    stages[0].pump();
    stages[1].pump();
    // Each is asked again by the precedence alone.
    for (let ms = 0; ms < 600; ms += 10) await clock.advance(10);
    const counts = stages.map(({ taken }) => taken.length);
    expect(counts[0]).toBeGreaterThanOrEqual(7);
    expect(Math.abs((counts[0] ?? 0) - (counts[1] ?? 0))).toBeLessThanOrEqual(1);
  });

  it("gives each stage its turn, one batch in all at a time, and passes over one that has nothing left", async () => {
    const { stages, clock } = worldOf(10_000, 10_000, small);
    for (const stage of stages) stage.isExpress = true;
    for (const stage of stages) stage.pump();
    for (let ms = 0; ms < 300; ms++) {
      for (const stage of stages) stage.pump();
      await clock.advance(1);
    }
    const times = stages.flatMap(({ taken }) => taken.map(({ at }) => at));
    expect(new Set(times).size).toBe(times.length);
    expect(stages[2].taken).toHaveLength(1);
    expect(Math.abs(stages[0].taken.length - stages[1].taken.length)).toBeLessThanOrEqual(1);
    expect(stages[0].taken.length).toBeGreaterThanOrEqual(3);
  });

  it("lets no stage overtake one that waits", async () => {
    const { stages, precedence, clock } = worldOf(0, 0);
    const [one, other] = stages;
    one.isExpress = true;
    expect(precedence.bulkRoom(one, large)).toBe(small);
    await clock.advance(35);
    expect(precedence.bulkRoom(other, large)).toBe(0);
    await clock.advance(6);
    expect(precedence.bulkRoom(one, large)).toBe(0);
    expect(precedence.bulkRoom(other, large)).toBe(small);
  });

  it("asks a stage that waits again by itself", async () => {
    const { stages, clock } = worldOf(small * 2, 0);
    stages[1].isExpress = true;
    stages[0].pump();
    stages[0].pump();
    expect(stages[0].left).toBe(small);
    for (let ms = 0; ms < 40; ms += 10) await clock.advance(10);
    expect(stages[0].left).toBe(0);
  });
});

describe("the room that bulk has after an express record", () => {
  it("is little until the code has had time to reach the next stage, then what leaves the thread some time, then all", async () => {
    const { stages, precedence, clock, load } = worldOf(0, 0);
    const room = () => precedence.bulkRoom(stages[0], large);
    stages[1].isExpress = true;
    expect(room()).toBe(small);
    stages[1].isExpress = false;
    await clock.advance(39);
    expect(room()).toBe(0);
    await clock.advance(11);
    expect([room(), room()]).toEqual([watchful, 0]);
    load.share = 0.7;
    await clock.advance(39);
    expect(room()).toBe(0);
    await clock.advance(10);
    expect([room(), room()]).toEqual([small, 0]);
    await clock.advance(20);
    load.share = 0.6;
    expect(room()).toBe(watchful);
    load.share = 1;
    await clock.advance(9_871);
    expect(room()).toBe(small);
    await clock.advance(10);
    expect(room()).toBe(large);
  });

  it("comes again where the machine's clock is set back", async () => {
    const { stages, clock } = worldOf(10_000, 0, 0);
    let backMs = 0;
    const shifted = { now: () => clock.now() - backMs, sleep: clock.sleep };
    const precedence = new Precedence(shifted, () => 1);
    const stage = new Stage(precedence, () => clock.now(), small * 2);
    const [, busy] = stages;
    precedence.join(busy);
    busy.isExpress = true;
    stage.pump();
    expect(stage.left).toBe(small);
    backMs = 3_600_000;
    for (let ms = 0; ms < 100; ms += 10) await clock.advance(10);
    expect(stage.left).toBe(0);
  });
});

import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";

/** A stage with two lanes, to those that share its process. */
export interface LaneMember {
  /** Whether it has express records that could be taken, or works on some. */
  hasExpress(): boolean;
  /** Asks for bulk again, if it still has any. */
  pump(): void;
}

/**
 * How long after the last express record a process still goes gently, ms: the time that a record takes to the next stage, which
 * may be hosted here.
 */
const holdMs = 50;
/** While it goes gently: so many bulk records at once, over all stages of the process. */
export const gentleRecords = 16;
/** How long after any batch of bulk such a one begins, ms. */
export const gentleEveryMs = 40;
/** So long after the last express record a process stays watchful, ms: the next code finds room. */
const watchfulMs = 10_000;
/** While it is watchful: so many bulk records at a look, */
export const watchfulRecords = 32;
/** and only while its thread was busy for less than this share of the time since the last look. */
export const watchfulLoadMax = 0.65;
/** How far apart looks at the load are at least, and how soon who was refused is asked again, ms. */
const lookEveryMs = 10;

/** The share of time, 0 to 1, that the thread of this process was busy since the call before. */
export type ThreadLoad = () => number;

/** Time in which others had the processor counts as busy. */
function createThreadLoad(): ThreadLoad {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

/**
 * Express before bulk over all stages of a process, which share one thread. While one of them has an express record in hand,
 * bulk goes in small batches with room between them, the stage that waits longest first; for a while after, it leaves a third of the
 * thread free. Never none: a process whose express lane is never empty still works off its bulk lane.
 */
export class Precedence {
  readonly #clock: Clock;
  readonly #loadOf: ThreadLoad;
  readonly #members = new Set<LaneMember>();
  /** Those that were refused and wait, the longest first. */
  readonly #waiting = new Set<LaneMember>();
  #expressAt: Instant = Number.NEGATIVE_INFINITY;
  #bulkAt: Instant = Number.NEGATIVE_INFINITY;
  #isTimed = false;
  /** Who took the last batch beside an express record. */
  #last: LaneMember | undefined;
  #lookedAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, loadOf: ThreadLoad = createThreadLoad()) {
    this.#clock = clock;
    this.#loadOf = loadOf;
  }

  join(member: LaneMember): void {
    this.#members.add(member);
  }

  leave(member: LaneMember): void {
    this.#members.delete(member);
    this.#waiting.delete(member);
  }

  /** How many of up to `max` bulk records a member may take now. For 0 it is asked to `pump` again by itself. */
  bulkRoom(member: LaneMember, max: number): number {
    const now = this.#clock.now();
    this.#note(now);
    const quietMs = now - this.#expressAt;
    if (quietMs >= watchfulMs) return max;
    if (this.#isFirst(member)) {
      if (quietMs >= holdMs && this.#hasRoomAt(now)) return this.#give(member, now, Math.min(max, watchfulRecords));
      if (now - this.#bulkAt >= gentleEveryMs) return this.#give(member, now, Math.min(max, gentleRecords));
    }
    this.#waiting.add(member);
    void this.#callBack();
    return 0;
  }

  #give(member: LaneMember, now: Instant, records: number): number {
    this.#bulkAt = now;
    this.#last = member;
    this.#waiting.delete(member);
    return records;
  }

  /** The machine's clock may be set back. */
  #note(now: Instant): void {
    this.#bulkAt = Math.min(this.#bulkAt, now);
    this.#lookedAt = Math.min(this.#lookedAt, now);
    this.#expressAt = this.#hasExpress() ? now : Math.min(this.#expressAt, now);
  }

  #hasExpress(): boolean {
    for (const member of this.#members) if (member.hasExpress()) return true;
    return false;
  }

  #isFirst(member: LaneMember): boolean {
    const [first = member] = this.#waiting;
    return first === member;
  }

  /** One look allows one batch: what that costs, only the next look can tell. */
  #hasRoomAt(now: Instant): boolean {
    if (now - this.#lookedAt < lookEveryMs) return false;
    this.#lookedAt = now;
    return this.#loadOf() < watchfulLoadMax;
  }

  /** Asks those that wait, in their order, until they are refused again. */
  async #callBack(): Promise<void> {
    if (this.#isTimed) return;
    this.#isTimed = true;
    await this.#clock.sleep(lookEveryMs);
    this.#isTimed = false;
    const waiting = Array.from(this.#waiting);
    // One that has no bulk left must not stand in the way of the others; who still has some comes back.
    this.#waiting.clear();
    // Who took last goes behind all others, though it asks at once again.
    const last = this.#last;
    const inTurn = waiting.toSorted((one, other) => Number(one === last) - Number(other === last));
    for (const member of inTurn) member.pump();
  }
}

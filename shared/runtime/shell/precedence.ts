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
export const gentleRecords = 32;
/** How far apart such batches begin, ms. */
export const gentleEveryMs = 30;
/** So long after the last express record bulk batches stay small, ms: the next code finds no large one in its way. */
const watchfulMs = 10_000;

/**
 * Express before bulk over all stages of a process, which share one thread: while one of them has an express record in hand,
 * bulk goes in small batches with room between them, the stage that waits longest first. Never none: a process whose express
 * lane is never empty still works off its bulk lane.
 */
export class Precedence {
  readonly #clock: Clock;
  readonly #members = new Set<LaneMember>();
  /** Those that were refused and wait, the longest first. */
  readonly #waiting = new Set<LaneMember>();
  #expressAt: Instant = Number.NEGATIVE_INFINITY;
  #bulkAt: Instant = Number.NEGATIVE_INFINITY;
  #isTimed = false;
  /** Who took the last batch beside an express record. */
  #last: LaneMember | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
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
    // The machine's clock may be set back.
    this.#bulkAt = Math.min(this.#bulkAt, now);
    this.#expressAt = this.#hasExpress() ? now : Math.min(this.#expressAt, now);
    if (now - this.#expressAt >= watchfulMs) return max;
    if (now - this.#expressAt >= holdMs) return Math.min(max, gentleRecords);
    if (now - this.#bulkAt >= gentleEveryMs && this.#isFirst(member)) {
      this.#bulkAt = now;
      this.#last = member;
      this.#waiting.delete(member);
      return Math.min(max, gentleRecords);
    }
    this.#waiting.add(member);
    void this.#callBack();
    return 0;
  }

  #hasExpress(): boolean {
    for (const member of this.#members) if (member.hasExpress()) return true;
    return false;
  }

  #isFirst(member: LaneMember): boolean {
    const [first = member] = this.#waiting;
    return first === member;
  }

  /** Asks those that wait, in their order: the first takes a batch, or all do where nothing is express any more. */
  async #callBack(): Promise<void> {
    if (this.#isTimed) return;
    this.#isTimed = true;
    await this.#clock.sleep(gentleEveryMs);
    this.#isTimed = false;
    const waiting = Array.from(this.#waiting);
    // One that has no bulk left must not stand in the way of the others; who still has some comes back.
    this.#waiting.clear();
    // Who took last goes behind all others, though it asks at once again.
    const others = waiting.filter((member) => member !== this.#last);
    for (const member of [...others, ...waiting.filter((one) => !others.includes(one))]) member.pump();
  }
}

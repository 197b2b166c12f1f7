import type { ShellLimits } from "../limits.ts";
import type { Inbox, Item } from "../records/inbox.ts";
import type { LanePriority } from "../records/key-queues.ts";
import type { Generations } from "./generations.ts";
import type { LaneMember, Precedence } from "./precedence.ts";

/** Where a pump takes records from, and what works on its batches. */
export interface PumpParts {
  readonly inbox: Pick<Inbox, "take" | "canTake" | "working">;
  readonly generations: Pick<Generations, "canTake" | "current" | "inWork" | "enter">;
  readonly limits: Pick<ShellLimits, "batch" | "batches" | "expressBatches" | "inFlight">;
  /** Gives bulk its turn. */
  readonly precedence: Pick<Precedence, "bulkRoom">;
  /** Whether the stage takes no more work. */
  readonly isClosed: () => boolean;
  /** Works on a batch. Resolves when its place may go to another; never rejects. */
  readonly run: (items: readonly Item[], generation: number) => Promise<void>;
  /** Called at the end of each `pump`. */
  readonly afterEach: () => void;
}

const [express, bulk] = [0, 1];

/** A quarter of the places is kept from the bulk lane, so that a code never waits for a newsletter's call to end. */
const bulkShare = 0.75;

/**
 * Takes records from the inbox into work, batch by batch, as far as the limits, the generation and, for bulk, the other stages of
 * the process allow. A batch is of one lane, so that no code waits for what it was taken with.
 */
export class Pump implements LaneMember {
  readonly #parts: PumpParts;
  readonly #batches: Record<LanePriority, number> = {};

  constructor(parts: PumpParts) {
    this.#parts = parts;
  }

  /** Begins as many batches as may begin now; to be called when records arrive, and when one leaves. */
  pump(): void {
    while (this.#beginNext());
    this.#parts.afterEach();
  }

  hasExpress(): boolean {
    return this.#batchesOf(express) > 0 || (this.#canBegin() && this.#parts.inbox.canTake(express));
  }

  #beginNext(): boolean {
    if (!this.#canBegin()) return false;
    const { inbox, limits, generations } = this.#parts;
    const room = Math.min(limits.batch, limits.inFlight - generations.inWork);
    const under = this.#batchesOf(express) + this.#batchesOf(bulk);
    if (under < limits.batches + limits.expressBatches && this.#begin(express, inbox.take(express, room))) return true;
    return under < limits.batches && this.#begin(bulk, inbox.take(bulk, this.#bulkRoom(room)));
  }

  #canBegin(): boolean {
    const { generations, limits, isClosed } = this.#parts;
    return !isClosed() && generations.canTake && generations.inWork < limits.inFlight;
  }

  #bulkRoom(room: number): number {
    const { inbox, limits, precedence } = this.#parts;
    const own = Math.min(room, Math.ceil(limits.inFlight * bulkShare) - inbox.working(bulk));
    return own > 0 && inbox.canTake(bulk) ? precedence.bulkRoom(this, own) : 0;
  }

  #begin(lane: LanePriority, items: readonly Item[]): boolean {
    if (items.length === 0) return false;
    const { generations, run } = this.#parts;
    const generation = generations.current;
    this.#batches[lane] = this.#batchesOf(lane) + 1;
    generations.enter(items.length);
    void run(items, generation).finally(() => {
      this.#batches[lane] = this.#batchesOf(lane) - 1;
      this.pump();
    });
    return true;
  }

  #batchesOf(lane: LanePriority): number {
    return this.#batches[lane] ?? 0;
  }
}

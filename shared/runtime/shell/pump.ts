import type { ShellLimits } from "../limits.ts";
import type { Inbox, Item } from "../records/inbox.ts";
import type { Generations } from "./generations.ts";

/** Where a pump takes records from, and what works on its batches. */
export interface PumpParts {
  readonly inbox: Pick<Inbox, "take">;
  readonly generations: Pick<Generations, "canTake" | "current" | "inWork" | "enter">;
  readonly limits: Pick<ShellLimits, "batch" | "batches" | "inFlight">;
  /** Whether the stage takes no more work. */
  readonly isClosed: () => boolean;
  /** Works on a batch. Resolves when its place may go to another; never rejects. */
  readonly run: (items: readonly Item[], generation: number) => Promise<void>;
  /** Called at the end of each `pump`. */
  readonly afterEach: () => void;
}

/** Takes records from the inbox into work, batch by batch, as far as the limits and the generation allow. */
export class Pump {
  readonly #parts: PumpParts;
  #batches = 0;

  constructor(parts: PumpParts) {
    this.#parts = parts;
  }

  /** Begins as many batches as may begin now; to be called when records arrive, and when one leaves. */
  pump(): void {
    const { inbox, generations, limits, afterEach } = this.#parts;
    const { batch, inFlight } = limits;
    while (this.#canTake()) {
      const room = Math.min(batch, inFlight - generations.inWork);
      // A quarter of the places is kept from the bulk lane, so that a code never waits for a newsletter's turn.
      const items = inbox.take(room, Math.ceil(inFlight * 0.75));
      if (items.length === 0) break;
      this.#begin(items);
    }
    afterEach();
  }

  #canTake(): boolean {
    const { generations, limits, isClosed } = this.#parts;
    return !isClosed() && generations.canTake && this.#batches < limits.batches && generations.inWork < limits.inFlight;
  }

  #begin(items: readonly Item[]): void {
    const { generations, run } = this.#parts;
    const generation = generations.current;
    this.#batches++;
    generations.enter(items.length);
    void run(items, generation).finally(() => {
      this.#batches--;
      this.pump();
    });
  }
}

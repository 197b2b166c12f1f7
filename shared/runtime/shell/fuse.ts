import { defaultFuse, type FuseLimits } from "../limits.ts";

/**
 * The dead-letter fuse: a consumer that dead-letters record after record is itself at fault, and must stop before it has
 * emptied the topic into the dead-letter topic. Once blown it stays blown; a lifted stage counts with a new one.
 */
export class DeadLetterFuse {
  readonly #limits: FuseLimits;
  readonly #recent: boolean[] = [];
  #inRow = 0;
  #deadLetters = 0;
  #blownReason: string | undefined;

  constructor(limits: FuseLimits = defaultFuse) {
    this.#limits = limits;
  }

  /** Counts one outcome; returns why the fuse is blown, or undefined. */
  count(isDeadLetter: boolean): string | undefined {
    this.#inRow = isDeadLetter ? this.#inRow + 1 : 0;
    this.#recent.push(isDeadLetter);
    this.#deadLetters += Number(isDeadLetter);
    if (this.#recent.length > this.#limits.window) this.#deadLetters -= Number(this.#recent.shift());
    this.#blownReason ??= this.#check();
    return this.#blownReason;
  }

  /** Why the fuse is blown; undefined while it holds. */
  get blownReason(): string | undefined {
    return this.#blownReason;
  }

  #check(): string | undefined {
    const { inRow, share, window } = this.#limits;
    if (this.#inRow >= inRow) return `${inRow} records in a row went to the dead-letter topic`;
    if (this.#recent.length >= window && this.#deadLetters / this.#recent.length >= share) {
      return `${this.#deadLetters} of the last ${window} records went to the dead-letter topic`;
    }
    return undefined;
  }
}

/** When a consumer that rejects must stop. */
export interface FuseLimits {
  /** This many rejects in a row blow it. */
  readonly inRow: number;
  /** So does this share of rejects among the last `window` records, once the window is full. */
  readonly share: number;
  readonly window: number;
}

/** Twenty bad records in a row, or half of two hundred, are a bad deploy and not bad luck. */
export const defaultFuse: FuseLimits = { inRow: 20, share: 0.5, window: 200 };

/**
 * The dead-letter fuse: a consumer that rejects record after record is itself at fault, and must stop before it has
 * emptied the topic into the dead-letter topic. Once blown it stays blown until the process starts anew.
 */
export class Fuse {
  readonly #limits: FuseLimits;
  readonly #recent: boolean[] = [];
  #inRow = 0;
  #rejects = 0;
  #blown: string | undefined;

  constructor(limits: FuseLimits = defaultFuse) {
    this.#limits = limits;
  }

  /** Takes one outcome in; returns why the fuse is blown, or undefined. */
  count(rejected: boolean): string | undefined {
    this.#inRow = rejected ? this.#inRow + 1 : 0;
    this.#recent.push(rejected);
    this.#rejects += Number(rejected);
    if (this.#recent.length > this.#limits.window) this.#rejects -= Number(this.#recent.shift());
    this.#blown ??= this.#verdict();
    return this.#blown;
  }

  get blownReason(): string | undefined {
    return this.#blown;
  }

  #verdict(): string | undefined {
    const { inRow, share, window } = this.#limits;
    if (this.#inRow >= inRow) return `${inRow} records in a row were rejected`;
    if (this.#recent.length >= window && this.#rejects / this.#recent.length >= share) {
      return `${this.#rejects} of the last ${window} records were rejected`;
    }
    return undefined;
  }
}

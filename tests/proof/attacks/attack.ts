/** What an attack came to: a measure, what it may be at most, and whether it was. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly bound: string;
  readonly holds: boolean;
}

/** Something that a stranger, a cloud or an operator does to the product, as a script. */
export interface Attack {
  /** `a2`, as `make proof SUITE=attacks` takes it. */
  readonly id: string;
  readonly did: string;
  /** Does it to a product of its own, on the stack that runs, and leaves nothing behind. */
  readonly run: () => Promise<readonly Figure[]>;
}

/** A figure that is a number with a bound. */
export function atMost(what: string, value: number, { bound, unit }: { bound: number; unit: string }): Figure {
  return { what, value: `${value} ${unit}`, bound: `${bound} ${unit}`, holds: value <= bound };
}

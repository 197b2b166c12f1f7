/** What a page may give as a figure: a number with its unit, a half, or the setting that it is the default of. */
const figure = /COMMS_[A-Z_]+|\bhalf\b|\d+(?:,\d{3})*(?:\.\d+)?(?: (?:MiB|KiB|B|s|ms|minutes|hours|days)\b)?/g;

/** The figures in a cell, in their order: `4 s between tries; unready after 5` has `4 s` and `5`. */
export function figuresIn(cell: string): readonly string[] {
  return [...cell.matchAll(figure)].map(([found]) => found);
}

/** A count as pages write it: `10,000`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

function inUnits(...names: readonly (readonly [name: string, size: number])[]) {
  return (value: number): string => {
    const [name, size] = names.find(([, unit]) => value >= unit && value % unit === 0) ?? ["?", 1];
    return `${count(value / size)} ${name}`;
  };
}

export const bytes = inUnits(["MiB", 1024 * 1024], ["KiB", 1024], ["B", 1]);
export const seconds = inUnits(["s", 1_000], ["ms", 1]);
export const minutes = inUnits(["minutes", 60_000]);
export const hours = inUnits(["hours", 3_600_000]);
export const days = inUnits(["days", 86_400_000]);

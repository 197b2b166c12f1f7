/** One import between two files of the product. */
export interface WalkImport {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

/** The floors of the house from the ground up; a file stands on the floor of its folder. */
const floors: readonly (readonly string[])[] = [
  ["shared/contracts"],
  ["shared/domain"],
  ["shared/platform"],
  ["shared/state", "shared/control"],
  ["shared/runtime"],
  ["shared/delivery"],
  ["catalog"],
  ["processors"],
  ["gateway"],
];

/** The floor of a file or folder, 0 for the ground. Throws an `Error` for what stands on none. */
export function floorOf(path: string): number {
  const floor = floors.findIndex((rooms) => rooms.some((room) => path === room || path.startsWith(`${room}/`)));
  if (floor < 0) throw new Error(`${path} stands on no floor`);
  return floor;
}

/** The files that run once the entries do: those reached by imports of values. Types do not run. */
export function reachedFrom(entries: readonly string[], imports: readonly WalkImport[]): readonly string[] {
  const byFile = Map.groupBy(
    imports.filter(({ isTypeOnly }) => !isTypeOnly),
    ({ from }) => from,
  );
  const reached = new Set(entries);
  for (const file of reached) for (const { to } of byFile.get(file) ?? []) reached.add(to);
  return [...reached];
}

/** The imports by which these files lead back up to a higher floor, those of types included. */
export function returnsAmong(files: readonly string[], imports: readonly WalkImport[]): readonly WalkImport[] {
  const inside = new Set(files);
  return imports.filter(({ from, to }) => inside.has(from) && floorOf(to) > floorOf(from));
}

/** One import of a file of ours, and how its specifier is written. */
export interface Specifier {
  readonly from: string;
  readonly to: string;
  readonly written: string;
}

/** Folders whose children are houses of their own. */
const streets = ["shared", "processors", "tests"];

/** The folder inside of which imports are relative: `shared/domain`, `processors/router`, `gateway`. */
function neighbourhoodOf(file: string): string {
  const steps = file.split("/");
  return steps.slice(0, streets.includes(steps[0] ?? "") ? 2 : 1).join("/");
}

/** Specifiers that are not relative inside their room or not `#` across rooms, a sentence each. */
export function misshapenSpecifiers(specifiers: readonly Specifier[]): readonly string[] {
  return specifiers.flatMap(({ from, to, written }) => {
    const isNear = neighbourhoodOf(from) === neighbourhoodOf(to);
    if (written.startsWith(isNear ? "." : "#")) return [];
    const form = isNear ? "a relative path" : `'#${to}'`;
    return [`${from} imports '${written}': write ${form}`];
  });
}

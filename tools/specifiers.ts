/** One import of a file of ours, and how its specifier is written. */
export interface Specifier {
  readonly from: string;
  readonly to: string;
  readonly written: string;
}

/** Folders whose children are rooms; any other top folder is one room. */
const parents = ["shared", "processors", "tests"];

/** The folder inside which imports are relative: `shared/domain`, `processors/router`, `gateway`. */
export function importFolderOf(file: string): string {
  const steps = file.split("/");
  return steps.slice(0, parents.includes(steps[0] ?? "") ? 2 : 1).join("/");
}

/** Specifiers that are not relative inside their room or not `#` across rooms, a sentence each. */
export function misshapenSpecifiers(specifiers: readonly Specifier[]): readonly string[] {
  return specifiers.flatMap(({ from, to, written }) => {
    const isInside = importFolderOf(from) === importFolderOf(to);
    if (written.startsWith(isInside ? "." : "#")) return [];
    const form = isInside ? "a relative path" : `'#${to}'`;
    return [`${from} imports '${written}': write ${form}`];
  });
}

/** A declaration that starts with `export`, and the name that it declares. */
export const exportedDeclaration = /^export (?:abstract |async )?(?:class|const|function\*?|interface|let|type) (\w+)/;

/** A file of ours by its path from the root, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Names that more than one file declares, each with its reason. */
const allowedDuplicates: Readonly<Record<string, string>> = {
  assemble: "each main.ts declares it; the host calls it by this name",
  settings: "each config.ts declares it, as a stage's part of the configuration",
};

/** The names that a file exports. A type and a value of one name, declared together, are one. */
export function exportedNames(text: string): readonly string[] {
  const names = text.split("\n").flatMap((line) => exportedDeclaration.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}

/** Every name that two files or more export, a sentence each; so is an exception that is no longer needed. */
export function duplicateExports(
  files: readonly SourceFile[],
  exceptions: Readonly<Record<string, string>> = allowedDuplicates,
): readonly string[] {
  const places = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const name of exportedNames(text)) places.set(name, [...(places.get(name) ?? []), path]);
  }
  const repeated = [...places].filter(([, paths]) => paths.length > 1);
  const names = new Set(repeated.map(([name]) => name));
  return [
    ...repeated
      .filter(([name]) => !Object.hasOwn(exceptions, name))
      .map(([name, paths]) => `${name} is exported by ${paths.join(" and ")}: give each thing a name of its own`),
    ...Object.keys(exceptions)
      .filter((name) => !names.has(name))
      .map((name) => `${name} may be exported twice and is not: take it out of tools/export-names.ts`),
  ];
}

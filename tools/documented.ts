/** Lists what `shared/` exports without a doc comment right above it, and fails if there is any. */
import { globSync, readFileSync } from "node:fs";
import { exportedDeclaration } from "./export-names.ts";

/** A linter's directive may stand between a comment and its declaration. */
const directive = /^\/\/ oxlint-/;

interface Export {
  readonly place: string;
  readonly isDocumented: boolean;
}

function exportsOf(file: string): readonly Export[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, at) => {
    const name = exportedDeclaration.exec(line)?.[1];
    if (name === undefined) return [];
    const above = lines.slice(0, at).findLast((one) => !directive.test(one)) ?? "";
    return [{ place: `${file}:${at + 1} ${name}`, isDocumented: above.trimEnd().endsWith("*/") }];
  });
}

const exported = globSync("shared/**/*.ts").sort().flatMap(exportsOf);
const bare = exported.filter(({ isDocumented }) => !isDocumented);
for (const { place } of bare) process.stderr.write(`no comment above it: ${place}\n`);
process.stdout.write(`documented: ${exported.length - bare.length} of ${exported.length} exports of shared/\n`);
// A check that sees nothing would pass everything.
process.exit(bare.length > 0 || exported.length < 500 ? 1 : 0);

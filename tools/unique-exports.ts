/** One exported name, one meaning: fails if two files of the product export the same name. Tests are left out. */
import { globSync, readFileSync } from "node:fs";
import { duplicateExports, exportedNames } from "./export-names.ts";

const files = globSync("{shared,processors,gateway,cli,catalog,stack,simulator,tools}/**/*.ts")
  .sort()
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));
const duplicates = duplicateExports(files);
const count = files.reduce((sum, { text }) => sum + exportedNames(text).length, 0);
for (const duplicate of duplicates) process.stderr.write(`${duplicate}\n`);
process.stdout.write(`unique-exports: ${count} exports of ${files.length} files, ${duplicates.length} violations\n`);
// A check that sees nothing would pass everything.
process.exit(duplicates.length > 0 || count < 1000 ? 1 : 0);

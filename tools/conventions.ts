/** Holds every source file to the rules of CONTRIBUTING that its name and its text can break. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { sourceIssues } from "./source-rules.ts";

const pattern = "{shared,processors,gateway,cli,catalog,stack,simulator,tools,tests}/**/*.{ts,sql,lua}";
const files = globSync(pattern).sort();
const issues = files.flatMap((path) => sourceIssues({ path, text: readFileSync(path, "utf8") }));

/** A unit test lies at the path of what it tests. */
const strays = files.filter(
  (path) => /^tests\/unit\/.*\.test\.ts$/.test(path) && !existsSync(dirname(path).replace("tests/unit/", "")),
);
issues.push(...strays.map((path) => `${path}: there is no such folder in the product`));

for (const issue of issues) process.stderr.write(`${issue}\n`);
process.stdout.write(`conventions: ${files.length} files, ${issues.length} violations\n`);
// A check that sees nothing would pass everything.
process.exit(issues.length > 0 || files.length < 700 ? 1 : 0);

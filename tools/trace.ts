/**
 * Which requirement is proven by which test: reads the IDs in brackets in test titles (`[QH-01]`, `[INT-02 INT-03]`)
 * and holds them against `docs/requirement-ids.txt`. `--missing` lists what no test names; a title that names an ID that does not exist fails.
 */
import { globSync, readFileSync } from "node:fs";

const known = readFileSync("docs/requirement-ids.txt", "utf8").split("\n").filter(Boolean);
const proofs = new Map<string, Set<string>>(known.map((id) => [id, new Set()]));
const strangers: string[] = [];

for (const file of globSync("tests/**/*.ts").sort()) {
  const titles = readFileSync(file, "utf8").matchAll(
    /\b(?:describe|it|test)(?:\.\w+)*(?:\([^()]*\))?\(\s*(["'`])(.*?)\1/gs,
  );
  for (const [, , title = ""] of titles) {
    for (const id of title.matchAll(/\b[A-Z]{2,3}-\d{2}\b/g)) {
      const files = proofs.get(id[0]);
      if (files) files.add(file);
      else if (!/^(RFC|UTF|ISO|SHA|RSA|AES|UCS)-/.test(id[0])) strangers.push(`${id[0]} in ${file}`);
    }
  }
}

const covered = known.filter((id) => (proofs.get(id)?.size ?? 0) > 0);
for (const id of covered) process.stdout.write(`${id}  ${[...(proofs.get(id) ?? [])].join(" ")}\n`);
if (process.argv.includes("--missing")) {
  for (const id of known.filter((one) => !covered.includes(one))) process.stdout.write(`${id}  no test names it\n`);
}
for (const stranger of strangers) process.stderr.write(`No such requirement: ${stranger}\n`);
process.stdout.write(`${covered.length} of ${known.length} requirements are named by a test\n`);
process.exit(strangers.length > 0 ? 1 : 0);

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const page = new URL("../../docs/proofs.md", import.meta.url);

/** Writes the rows of a table into `docs/proofs.md` between the markers of this name, under a line with commit, date and Node's version. */
export function writeFigures(name: string, rows: readonly string[]): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const old = readFileSync(page, "utf8");
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/proofs.md has no place for '${name}'`);
  const commit = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const text = [begin, `At commit \`${commit}\`, ${date}, Node ${process.version}:`, "", ...rows, ""].join("\n");
  writeFileSync(page, old.slice(0, from) + text + old.slice(to));
}

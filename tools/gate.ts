/**
 * The offline gate: `npm run schemas`. Holds the current schemas against the rules, and every version that was ever
 * released against every other, both ways. `--release` adds the current schemas that differ from their newest version to
 * `schemas/history`; a released file is never edited or removed. Needs no registry.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readSchema } from "#shared/contracts/schema-files.ts";
import type { AvroSchema } from "#shared/platform/avro/body-check.ts";
import { incompatibilities } from "./compatibility.ts";
import { schemaIssues } from "./schema-rules.ts";

/** A record's current schema and all that were released, oldest first. */
export interface Lineage {
  /** File name without ending: `provider-event`. */
  readonly record: string;
  readonly current: string;
  readonly released: readonly string[];
}

/** Reads `avro/` and `history/` below a folder. Throws if a history has a gap. */
export function readLineages(folder: string): readonly Lineage[] {
  const records = new Set([...names(join(folder, "avro")), ...subfolders(join(folder, "history"))]);
  return [...records].sort().map((record) => ({
    record,
    current: readSchema(pathToFileURL(join(folder, "/")), `${record}.avsc`),
    released: readReleased(join(folder, "history", record)),
  }));
}

/** Everything that forbids these schemas, a sentence each. */
export function gateIssues(lineages: readonly Lineage[]): readonly string[] {
  return lineages.flatMap((lineage) =>
    [...rules(lineage), ...drift(lineage), ...pairs(lineage)].map((issue) => `${lineage.record}: ${issue}`),
  );
}

/** Whether the current schema is not the newest released one. White space does not count. */
export function hasDrifted({ current, released }: Lineage): boolean {
  const newest = released.at(-1);
  return newest === undefined || compact(newest) !== compact(current);
}

function rules({ current }: Lineage): readonly string[] {
  return schemaIssues(JSON.parse(current) as AvroSchema);
}

function drift(lineage: Lineage): readonly string[] {
  return hasDrifted(lineage) ? ["The current schema was never released; run: npm run schemas -- --release"] : [];
}

function pairs({ current, released }: Lineage): readonly string[] {
  const past = released.map((text, index) => ({ name: `version ${index + 1}`, text }));
  const versions = [...past, { name: "the current schema", text: current }];
  return versions.flatMap((newer, index) =>
    versions
      .slice(0, index)
      .flatMap((older) =>
        incompatibilities(older.text, newer.text).map((issue) => `${older.name} and ${newer.name}: ${issue}`),
      ),
  );
}

function readReleased(folder: string): readonly string[] {
  const found = names(folder).length;
  return Array.from({ length: found }, (_, index) => readFileSync(join(folder, `${index + 1}.avsc`), "utf8"));
}

/** Adds what has drifted and goes with its past; returns the files written. */
export function release(folder: string): readonly string[] {
  return readLineages(folder)
    .filter((lineage) => hasDrifted(lineage))
    .filter((lineage) => rules(lineage).length + pairs(lineage).length === 0)
    .map(({ record, current, released }) => {
      const file = join(folder, "history", record, `${released.length + 1}.avsc`);
      mkdirSync(join(folder, "history", record), { recursive: true });
      writeFileSync(file, current);
      return file;
    });
}

function names(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".avsc"))
    .map((file) => file.slice(0, -".avsc".length));
}

function subfolders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function compact(schema: string): string {
  return JSON.stringify(JSON.parse(schema));
}

if (import.meta.main) {
  const folder = fileURLToPath(new URL("../schemas/", import.meta.url));
  if (process.argv.includes("--release")) {
    for (const file of release(folder)) process.stdout.write(`released ${file.slice(folder.length)}\n`);
  }
  const issues = gateIssues(readLineages(folder));
  for (const issue of issues) process.stderr.write(`${issue}\n`);
  process.exitCode = issues.length === 0 ? 0 : 1;
}

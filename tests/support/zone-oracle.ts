import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const scripts = {
  days: fileURLToPath(new URL("zone-oracle.py", import.meta.url)),
  hours: fileURLToPath(new URL("printed-times.py", import.meta.url)),
};
const root = fileURLToPath(new URL("../..", import.meta.url));

/** What Python's zoneinfo says of a zone; each list has a value a day. Instants in ms, offsets in seconds. */
export interface ZoneDays {
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly offset: readonly number[];
}

/** A Python that has zoneinfo and pip; undefined if there is none. */
export function findPython(): string | undefined {
  const works = (python: string) => spawnSync(python, ["-c", "import zoneinfo, pip"]).status === 0;
  return ["python3", "/usr/bin/python3"].find(works);
}

/** Installs PyPI's tzdata of an IANA release (`2026f` is `2026.6`) into a folder of the checkout's cache, once. */
export function installTzdata(python: string, release: string): string {
  const version = `${release.slice(0, 4)}.${release.charCodeAt(4) - "a".charCodeAt(0) + 1}`;
  const folder = join(root, ".carillon", "tzdata", version);
  if (existsSync(join(folder, "tzdata"))) return folder;
  mkdirSync(folder, { recursive: true });
  const wheel = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", folder];
  const { status, stderr } = spawnSync(python, [...wheel, `tzdata==${version}`]);
  if (status !== 0) throw new Error(`PyPI's tzdata ${version} could not be installed: ${stderr.toString()}`);
  return folder;
}

/** 21:00 and 08:00 of each day in each zone that Python's data have, and the release of these data. */
export function askZoneinfo(
  python: string,
  folder: string,
  question: ZoneQuestion,
): { readonly version: string; readonly zones: Readonly<Record<string, ZoneDays>> } {
  return ask(python, [scripts.days, folder], question) as ReturnType<typeof askZoneinfo>;
}

/** An hour as clocks of a zone show it in English, with the UTC offset in seconds then. */
export type PrintedHour = readonly [text: string, offset: number];

/** Each hour UTC of the days, in each zone. Throws if Python's data lack a zone. */
export function printHours(
  python: string,
  folder: string,
  question: ZoneQuestion,
): Readonly<Record<string, readonly PrintedHour[]>> {
  return ask(python, [scripts.hours, folder], question) as ReturnType<typeof printHours>;
}

interface ZoneQuestion {
  readonly zones: readonly string[];
  readonly first: string;
  readonly days: number;
}

function ask(python: string, script: readonly string[], { zones, first, days }: ZoneQuestion): unknown {
  const { status, stdout, stderr } = spawnSync(python, [...script, first, String(days)], {
    input: JSON.stringify(zones),
    maxBuffer: 512 * 1_048_576,
  });
  if (status !== 0) throw new Error(`zoneinfo failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}

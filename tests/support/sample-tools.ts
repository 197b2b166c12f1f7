import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { environmentWith } from "#shared/platform/config/environment.ts";
import { checkoutRoot } from "#shared/platform/config/stack-config.ts";
import { cachedFolder } from "./cached-folder.ts";
import { blocksOf, filledIn } from "./page-blocks.ts";

const runFile = promisify(execFile);
/** A script that takes longer hangs. */
const scriptMsMax = 60_000;

/** Where the samples lie that docs/producing.md shows. */
export const samplesFolder = join(checkoutRoot, "docs", "samples");

/** The jars of the Java sample, fetched as its page says; undefined without a JDK, Maven or Maven Central. */
export function findJars(): string | undefined {
  if (spawnSync("javac", ["-version"]).status !== 0) return undefined;
  const pom = join(samplesFolder, "pom.xml");
  const version = createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 12);
  return cachedFolder(`samples-java-${version}`, (folder) => {
    const args = ["-q", "-B", "-ntp", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${folder}`];
    return spawnSync("mvn", args).status === 0;
  });
}

/** The folder with `kcat`: the machine's (an empty text), else Debian's package, unpacked; undefined where neither is to be had. */
export function findKcatFolder(): string | undefined {
  if (spawnSync("kcat", ["-V"]).status === 0) return "";
  const folder = cachedFolder("kcat", unpackKcat);
  return folder && spawnSync(join(folder, "kcat"), ["-V"]).status === 0 ? folder : undefined;
}

/** Needs neither root nor an installation: the program is called with its own libraries. */
function unpackKcat(folder: string): boolean {
  const unpack =
    'apt-get download kcat librdkafka1 libyajl2 && for one in *.deb; do dpkg-deb -x "$one" .; done && rm *.deb';
  if (spawnSync("sh", ["-ec", unpack], { cwd: folder }).status !== 0) return false;
  const call = 'LD_LIBRARY_PATH=$(echo "$here"/usr/lib/*-linux-gnu) exec "$here/usr/bin/kcat" "$@"';
  writeFileSync(join(folder, "kcat"), `#!/bin/sh\nhere=$(dirname "$0")\n${call}\n`);
  chmodSync(join(folder, "kcat"), 0o755);
  return true;
}

/** Where scripts of a page run: what their variables are, and where the tools lie that the page has its reader fetch. */
export interface SampleShell {
  /** Runs a script of a page in the checkout's folder, with what a reader puts in; what it printed. Rejects if the script fails. */
  run(script: string, values?: Readonly<Record<string, string>>): Promise<string>;
}

export interface SampleShellOptions {
  /** Where the files go that a script writes. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly python: string | undefined;
  readonly jars?: string | undefined;
  readonly kcatFolder?: string | undefined;
}

/** The places that the page names, in the order in which they are put in. */
export function createSampleShell(options: SampleShellOptions): SampleShell {
  const { folder, env, python, jars, kcatFolder } = options;
  const places = {
    ".cache/python/bin/python": python ?? "no-python",
    ".cache/jars": jars ?? "no-jars",
    "event.avro": join(folder, "event.avro"),
    "event.json": join(folder, "event.json"),
  };
  const path = [kcatFolder, process.env["PATH"]].filter(Boolean).join(delimiter);
  return {
    // Not as one synchronous call: what the script asks may run in this process.
    run: async (script, values = {}) => {
      const own = filledIn(script, values);
      const filled = filledIn(own, Object.fromEntries(Object.entries(places).filter(([shown]) => own.includes(shown))));
      const child = { cwd: checkoutRoot, env: environmentWith({ ...env, PATH: path }), timeout: scriptMsMax };
      return (await runFile("sh", ["-ec", filled], child)).stdout;
    },
  };
}

/** The one block of a page for a shell that has this text. */
export function shellBlock(page: string, text: string): string {
  const [block, ...more] = blocksOf(page, "sh").filter((one) => one.includes(text));
  if (block === undefined || more.length > 0) throw new Error(`${page} has not one block with ${text}`);
  return block;
}

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cachedFolder } from "./cached-folder.ts";

const script = fileURLToPath(new URL("foreign-client.py", import.meta.url));
const version = "2.16.1";

/** One record as a foreign client writes it. */
export interface ForeignRecord {
  /** Whole, prefix included. */
  readonly topic: string;
  readonly key: string;
  /** Null for a tombstone. */
  readonly value: object | null;
  /** Librdkafka's setting; left out, the client's default. */
  readonly partitioner?: string;
  /** The writer's schema; left out, the serializer is given none. */
  readonly schema?: string;
  /** Settings of the Avro serializer. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Where a record went, or the error that the client raised. */
export interface ForeignAnswer {
  readonly partition?: number;
  readonly error?: string;
}

/** The Python of an environment with confluent-kafka, which is made if need be; undefined where python3 or PyPI is missing. */
export function findForeignClient(): string | undefined {
  const folder = cachedFolder(`confluent-kafka-${version}`, (environment) => {
    if (spawnSync("python3", ["-m", "venv", environment]).status !== 0) return false;
    const python = join(environment, "bin", "python");
    const quiet = ["--quiet", "--disable-pip-version-check"];
    spawnSync(python, ["-m", "pip", "install", ...quiet, `confluent-kafka[avro]==${version}`]);
    return works(python);
  });
  const python = folder && join(folder, "bin", "python");
  return python && works(python) ? python : undefined;
}

function works(python: string): boolean {
  return spawnSync(python, ["-c", "import confluent_kafka, fastavro"]).status === 0;
}

/** Writes the records in their order, each acknowledged before the next. */
export function writeForeign(
  python: string,
  { bootstrap, registry }: { readonly bootstrap: string; readonly registry: string },
  records: readonly ForeignRecord[],
): readonly ForeignAnswer[] {
  const whole = records.map((record) => ({ partitioner: null, schema: null, settings: {}, ...record }));
  const input = JSON.stringify({ bootstrap, registry, records: whole });
  const { status, stdout, stderr } = spawnSync(python, [script], { input, maxBuffer: 64 * 1_048_576 });
  if (status !== 0) throw new Error(`The foreign client failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString()) as readonly ForeignAnswer[];
}

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertSpace } from "./disk.ts";
import { exists } from "./files.ts";
import { withLock } from "./lock.ts";
import { refusal } from "./refusal.ts";
import { finish } from "./run-command.ts";
import { versions } from "./versions.ts";

/** Where the four servers lie once fetched. */
export interface Binaries {
  /** A folder of jars. */
  readonly kafka: string;
  readonly registryJar: string;
  /** A folder with `bin/`, `lib/` and `share/`. */
  readonly postgres: string;
  readonly redisServer: string;
}

const pom = fileURLToPath(new URL("./pom.xml", import.meta.url));
const spaceNeeded = 1024 ** 3;

/** Names of this machine in the artifacts of Postgres and Redis. */
export function platformNames(os: string, cpu: string): { readonly postgres: string; readonly redis: string } {
  const system = os === "linux" || os === "darwin" ? os : undefined;
  if (system === undefined || (cpu !== "x64" && cpu !== "arm64")) {
    throw refusal(
      "STACK_PLATFORM",
      `The native stack has no servers for ${os} on ${cpu}: start Docker and set COMMS_STACK=docker.`,
    );
  }
  return cpu === "x64"
    ? { postgres: `${system}-amd64`, redis: `${system}-amd64` }
    : { postgres: `${system}-arm64v8`, redis: `${system}-arm64` };
}

/** The servers from the cache, fetched from Maven Central first if the cache lacks them. */
export async function binaries(options: {
  readonly cache: string;
  readonly maven: string;
  readonly say: (line: string) => void;
}): Promise<Binaries> {
  const names = platformNames(platform(), arch());
  const folder = join(options.cache, `stack-${await fingerprint(names.postgres)}`);
  if (!(await exists(join(folder, "complete")))) {
    await withLock(`${folder}.lock`, { waitMs: 600_000, say: options.say }, () =>
      fetchInto(folder, names.postgres, options),
    );
  }
  return {
    kafka: join(folder, "kafka"),
    registryJar: join(folder, "registry", `apicurio-registry-app-${versions.registryNative}-runner.jar`),
    postgres: join(folder, "postgres"),
    redisServer: join(folder, "redis", `redis-server-${versions.redis}-${names.redis}`),
  };
}

/** Other versions, another way to fetch or another machine: another folder. */
async function fingerprint(machine: string): Promise<string> {
  const content = JSON.stringify(versions) + (await readFile(pom, "utf8")) + machine;
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

async function fetchInto(
  folder: string,
  postgresPlatform: string,
  options: { readonly maven: string; readonly say: (line: string) => void },
): Promise<void> {
  if (await exists(join(folder, "complete"))) return;
  await assertSpace(folder, spaceNeeded);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  options.say("fetching Kafka, registry, Postgres and Redis from Maven Central, once for all checkouts");
  await runMaven(options.maven, { ...versions, postgresPlatform, out: partial });
  await unpackPostgres(partial);
  await writeFile(join(partial, "complete"), `${new Date().toISOString()}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
}

async function runMaven(maven: string, properties: Readonly<Record<string, string>>): Promise<void> {
  const args = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
  const done = await finish({
    file: maven,
    args: ["-q", "-B", "-ntp", "-f", pom, "generate-sources", ...args],
  }).catch((cause: unknown) => {
    throw refusal(
      "STACK_MAVEN_MISSING",
      "The native stack fetches its servers with Maven, and 'mvn' is not on the path: install it (Debian: 'apt-get install maven'), " +
        "or start Docker and set COMMS_STACK=docker.",
      cause,
    );
  });
  if (done.code === 0) return;
  const errors = (done.stdout + done.stderr).split("\n").filter((line) => line.includes("ERROR"));
  throw refusal(
    "STACK_FETCH_FAILED",
    `Maven could not fetch the servers; see that 'mvn' reaches Maven Central, then try again. It said: ${errors[0] ?? "nothing"}`,
  );
}

/** The archive holds symbolic links and modes, which `tar` keeps and Maven would not. */
async function unpackPostgres(folder: string): Promise<void> {
  const into = join(folder, "postgres");
  await mkdir(into);
  const done = await finish({ file: "tar", args: ["-xf", join(folder, "postgres.tar"), "-C", into] });
  if (done.code !== 0) throw refusal("STACK_FETCH_FAILED", `'tar' could not unpack Postgres: ${done.stderr.trim()}`);
  for (const entry of await readdir(folder)) {
    if (/^(postgres\.tar|postgres-jar|target)/.test(entry)) await rm(join(folder, entry), { recursive: true });
  }
}

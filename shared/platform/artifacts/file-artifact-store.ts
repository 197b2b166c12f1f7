import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fdatasync,
  fsync,
  mkdirSync,
  open,
  readFileSync,
  rename,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { shareRuns } from "../cache/share-runs.ts";
import type { KeyStore } from "../crypto/key-store.ts";
import { AppError, codeOf } from "../errors/app-error.ts";
import type { ArtifactOwner, ArtifactStore } from "./artifact-store.ts";
import { artifactMissing, artifactOf, hashOfRef, openArtifact, pathStep, sealArtifact } from "./sealed-artifact.ts";

const openFile = promisify(open);
const renameFile = promisify(rename);
const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

/**
 * Artifacts as files in the folder of a `file:///` URL: `<tenant>/<first letter of msg_id>/<msg_id>.<hash>`. A file
 * appears whole or not at all, and is on the disk before `put` resolves. Errors of the key store pass through unchanged.
 *
 * Steps that may wait for the file system's journal (making a name, syncing) go to the thread pool: on this thread they
 * held everything up for a millisecond. The others only touch memory, and cost a quarter of what the pool would.
 */
export function createFileArtifactStore(url: string, keys: KeyStore): ArtifactStore {
  const root = fileURLToPath(url);
  /** Syncs each folder that was made; messages at the same time share one sync. */
  const syncs = new Map<string, () => Promise<void>>();

  function pathOf(owner: ArtifactOwner, hash: string): string {
    const message = pathStep(owner.msgId);
    return join(root, pathStep(owner.tenantId), message.slice(0, 1), `${message}.${hash}`);
  }

  function syncOf(folder: string): () => Promise<void> {
    const known = syncs.get(folder);
    if (known) return known;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const sync = shareRuns(() => syncFolder(folder));
    syncs.set(folder, sync);
    return sync;
  }

  /** The name is durable only once its folder is: a rename alone may be lost with the power. */
  async function write(path: string, bytes: Buffer): Promise<void> {
    const folder = dirname(path);
    try {
      const sync = syncOf(folder);
      await writeWhole(path, bytes);
      await sync();
    } catch (error) {
      syncs.delete(folder);
      throw error;
    }
  }

  return {
    put: async (owner, content) => {
      const artifact = artifactOf(owner, content);
      const path = pathOf(owner, artifact.receipt.hash);
      const key = await keys.keyOf(owner.tenantId, owner.userId);
      if (existsSync(path)) await withOutage(async () => keep(path));
      else await withOutage(() => write(path, sealArtifact(owner, artifact, key)));
      return artifact.receipt;
    },
    get: async (owner, ref) => {
      const path = pathOf(owner, hashOfRef(owner, ref));
      const key = await keys.keyOf(owner.tenantId, owner.userId);
      const sealed = await withOutage(async () => readIfPresent(path));
      if (!sealed) throw artifactMissing("The artifact is not in the store");
      return openArtifact(owner, { ref, sealed, key });
    },
  };
}

/** What is written again counts as new for the sweep. */
function keep(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  const file = await openFile(unfinished, "wx", 0o600);
  try {
    writeFileSync(file, bytes);
    await syncData(file);
    await renameFile(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, "r");
  try {
    await syncAll(folder);
  } finally {
    closeSync(folder);
  }
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The file system refuses the path itself, so no later attempt succeeds. */
const permanentCodes: ReadonlySet<string> = new Set(["ENAMETOOLONG", "EINVAL", "ERR_INVALID_ARG_VALUE"]);

async function withOutage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (permanentCodes.has(codeOf(error))) throw unstorable(error);
    throw new AppError("ARTIFACT_UNAVAILABLE", `The artifact folder does not answer: ${codeOf(error)}`, {
      retryable: true,
      cause: error,
    });
  }
}

function unstorable(cause: unknown): AppError {
  return new AppError("ARTIFACT_UNSTORABLE", `The file system refuses the artifact's path: ${codeOf(cause)}`, {
    retryable: false,
    cause,
  });
}

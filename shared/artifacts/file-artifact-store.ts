import { randomUUID } from "node:crypto";
import { access, mkdir, open as openFile, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArtifactOwner, ArtifactStore } from "#shared/artifacts/artifact-store.ts";
import {
  artifactOf,
  hashOfRef,
  missing,
  openArtifact,
  pathStep,
  sealArtifact,
} from "#shared/artifacts/sealed-artifact.ts";
import type { KeyStore } from "#shared/crypto/key-store.ts";
import { codeOf, Trouble } from "#shared/errors/trouble.ts";

/**
 * Artifacts as files in the folder of a `file:///` URL: `<tenant>/<first two of msg_id>/<msg_id>.<hash>`. A file appears
 * whole or not at all, and is on the disk before `put` resolves. Key trouble passes through as the key store tells it.
 */
export function createFileArtifactStore(url: string, keys: KeyStore): ArtifactStore {
  const root = fileURLToPath(url);
  const folders = new Set<string>();

  function pathOf(owner: ArtifactOwner, hash: string): string {
    const message = pathStep(owner.msgId);
    return join(root, pathStep(owner.tenantId), message.slice(0, 2), `${message}.${hash}`);
  }

  /** A folder is made once, and again if somebody took it away meanwhile. */
  async function inFolder(folder: string, write: () => Promise<void>): Promise<void> {
    if (!folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
    folders.add(folder);
    await write().catch((error: unknown) => {
      folders.delete(folder);
      throw error;
    });
  }

  return {
    put: async (owner, content) => {
      const artifact = artifactOf(owner, content);
      const path = pathOf(owner, artifact.receipt.hash);
      const key = await keys.keyOf(owner.tenantId, owner.userId);
      await available(async () => {
        if (await exists(path)) return;
        await inFolder(dirname(path), () => writeDurably(path, sealArtifact(owner, artifact, key)));
      });
      return artifact.receipt;
    },
    get: async (owner, ref) => {
      const path = pathOf(owner, hashOfRef(owner, ref));
      const sealed = await available(() => readIfThere(path));
      if (!sealed) throw missing("The artifact is not in the store");
      return openArtifact(owner, ref, sealed, await keys.keyOf(owner.tenantId, owner.userId));
    },
  };
}

/** The name is durable only once its folder is: a rename alone may be lost with the power. */
async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await writeAndSync(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function writeAndSync(path: string, bytes: Buffer): Promise<void> {
  await using file = await openFile(path, "wx", 0o600);
  await file.writeFile(bytes);
  await file.datasync();
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await openFile(folder, "r");
  await handle.sync();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Trouble("ARTIFACT_UNAVAILABLE", `The artifact folder does not answer: ${codeOf(error)}`, {
      retryable: true,
      cause: error,
    });
  }
}

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../clock/clock.ts";
import type { KeyStore } from "../crypto/key-store.ts";
import { AppError, codeOf } from "../errors/app-error.ts";
import { type ArtifactLocation, locateArtifact, refOf, type SegmentPlace } from "./artifact-ref.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { artifactMissing, artifactOf, openArtifact, type SealedArtifact, sealArtifact } from "./sealed-artifact.ts";
import { artifactInFrame, frameOf } from "./segment-frame.ts";
import { createSegmentWriter } from "./segment-writer.ts";

/** Beside the folders of tenants, whose names have no dot. */
const segmentsFolder = "segments.v1";

/**
 * Artifacts in segments below the folder of a `file:///` URL: those that are put at once share a write and a sync, and are on the
 * disk before `put` resolves. It also reads the files of a message each that releases before segments wrote. Errors of the
 * key store pass through unchanged.
 *
 * Reading opens the file anew for each artifact: a kept descriptor would save 4 µs, show what was taken away, and be old on a network
 * file system. It reads on this thread, where what was just written costs a quarter of what the pool would.
 */
export function createFileArtifactStore(
  url: string,
  keys: KeyStore,
  clock: Pick<Clock, "now"> = systemClock,
): ArtifactStore {
  const root = fileURLToPath(url);
  const segments = join(root, segmentsFolder);
  const writer = createSegmentWriter(segments, { clock });

  function read({ name, place }: ArtifactLocation): SealedArtifact {
    const bytes = place ? readRange(join(segments, place.segment), place) : readFile(join(root, filePath(name)));
    if (!bytes) throw artifactMissing("The artifact is not in the store");
    if (place) return artifactInFrame(name, bytes);
    return { name, isDeflated: true, plainBytes: chunkBytes, sealed: bytes };
  }

  return {
    put: async (owner, content) => {
      const artifact = artifactOf(owner, content);
      const key = await keys.keyOf(owner.tenantId, owner.userId);
      const frame = frameOf(sealArtifact(owner, artifact, key));
      const place = await withOutage(() => writer.append(frame));
      return { ref: refOf(artifact.name, place), hash: artifact.hash, bytes: artifact.plain.length };
    },
    get: async (owner, ref) => {
      const location = locateArtifact(owner, ref);
      const key = await keys.keyOf(owner.tenantId, owner.userId);
      return openArtifact(owner, await withOutage(async () => read(location)), key);
    },
  };
}

/** Of an artifact in a file of its own nobody wrote down how large it is; this is zlib's own choice. */
const chunkBytes = 16 * 1024;

/** `<tenant>/<first letter of msg_id>/<msg_id>.<hash>`: where a release before segments wrote an artifact. */
function filePath(name: string): string {
  const [tenant = "", message = "", hash = ""] = name.split("/");
  return join(tenant, message.slice(0, 1), `${message}.${hash}`);
}

/** The bytes of a range, fewer where the file ends before it. One call may give fewer than there are, over a network above all. */
function readRange(path: string, { offset, length }: SegmentPlace): Buffer | undefined {
  return ifPresent(() => {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      for (let read = -1; read !== 0 && filled < length; filled += read)
        read = readSync(file, bytes, filled, length - filled, offset + filled);
      return bytes.subarray(0, filled);
    } finally {
      closeSync(file);
    }
  });
}

function readFile(path: string): Buffer | undefined {
  return ifPresent(() => readFileSync(path));
}

function ifPresent(read: () => Buffer): Buffer | undefined {
  try {
    return read();
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
    if (error instanceof AppError) throw error;
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

import type { KeyObject } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Content } from "#shared/domain/channel/channels.ts";
import { canonicalJson } from "#shared/domain/json/canonical-json.ts";
import { sha256 } from "../crypto/digest.ts";
import { contextOf, open, seal } from "../crypto/envelope.ts";
import { AppError } from "../errors/app-error.ts";
import type { ArtifactOwner } from "./artifact-store.ts";

/** Far over any content that is sent. It bounds what a manipulated artifact makes a reader allocate. */
export const contentBytesMax = 16 * 1024 * 1024;

/** Smaller content is sealed as it is: for a text, deflate costs 16 µs both ways and saves 30 to 150 bytes. */
export const deflatedFromBytes = 512;

/** A file system takes 255 bytes, and a hash followed the step where a message had a file. */
const pathStepMax = 128;

/** A content, before it is sealed. */
export interface PlainArtifact {
  /** `<tenant>/<msg_id>/<hash>`: of which message, and what. It says nothing of a place. */
  readonly name: string;
  /** SHA-256 of `plain`, hex. */
  readonly hash: string;
  /** The content's canonical JSON. */
  readonly plain: Buffer;
}

/** An artifact as a store holds it. */
export interface SealedArtifact {
  readonly name: string;
  readonly isDeflated: boolean;
  /** Size of the content, bytes. Believed for no more than how much to allocate at once. */
  readonly plainBytes: number;
  readonly sealed: Buffer;
}

/** The content as canonical JSON with its name. The same owner and content give the same name in every process. */
export function artifactOf(owner: ArtifactOwner, content: Content): PlainArtifact {
  const plain = Buffer.from(canonicalJson(content), "utf8");
  const hash = sha256(plain);
  return { name: `${nameStart(owner)}${hash}`, hash, plain };
}

/** What every name of an artifact of this message begins with. */
export function nameStart(owner: ArtifactOwner): string {
  return `${pathStep(owner.tenantId)}/${pathStep(owner.msgId)}/`;
}

/**
 * A name as one step of a path: never empty, `.` or `..`, without a separator or a dot, and 128 characters at most. A longer
 * name becomes its hash, after a mark that no encoded name begins with.
 */
export function pathStep(name: string): string {
  const step = encodeURIComponent(name.toWellFormed()).replaceAll(".", "%2E") || "%";
  return step.length <= pathStepMax ? step : `%long-${sha256(name)}`;
}

/**
 * Compressed where that pays, then encrypted under the person's key and bound to the artifact's name and the person. It is not
 * bound to a place: the sealed bytes may be copied to another one.
 */
export function sealArtifact(owner: ArtifactOwner, { name, plain }: PlainArtifact, key: KeyObject): SealedArtifact {
  const isDeflated = plain.length >= deflatedFromBytes;
  const bytes = isDeflated ? deflateRawSync(plain, { level: 1 }) : plain;
  return { name, isDeflated, plainBytes: plain.length, sealed: seal(key, bytes, bindingOf(owner, name)) };
}

/** The content. Throws `ARTIFACT_CORRUPT` if the bytes are not those that were sealed for this person and name. */
export function openArtifact(owner: ArtifactOwner, artifact: SealedArtifact, key: KeyObject): Content {
  const plain = plainOf(owner, artifact, key);
  if (sha256(plain) !== artifact.name.slice(-64)) throw artifactCorrupt();
  return JSON.parse(plain.toString("utf8")) as Content;
}

/** The error of a reference that leads to nothing: `ARTIFACT_MISSING`, not retryable. The message must hold no content. */
export function artifactMissing(message: string): AppError {
  return new AppError("ARTIFACT_MISSING", message, { retryable: false });
}

/** The error of bytes that nobody stored under this reference: `ARTIFACT_CORRUPT`, not retryable. */
export function artifactCorrupt(cause?: unknown): AppError {
  return new AppError("ARTIFACT_CORRUPT", "The artifact is not what was stored", { retryable: false, cause });
}

function plainOf(owner: ArtifactOwner, artifact: SealedArtifact, key: KeyObject): Buffer {
  const { name, isDeflated, plainBytes, sealed } = artifact;
  try {
    const bytes = open(key, sealed, bindingOf(owner, name));
    if (!isDeflated) return bytes;
    return inflateRawSync(bytes, { maxOutputLength: contentBytesMax, chunkSize: chunkSizeOf(plainBytes) });
  } catch (error) {
    throw artifactCorrupt(error);
  }
}

/** Room for the whole content at once, where its size is known: a third less CPU than chunks of 16 KiB, for a mail. */
function chunkSizeOf(plainBytes: number): number {
  return Math.min(Math.max(plainBytes + 1, 64), contentBytesMax);
}

/** As files of a message each were bound, so that a frame can be made of one. A wrong `isDeflated` fails the content's hash. */
function bindingOf(owner: ArtifactOwner, name: string): Buffer {
  return contextOf("artifact", name, owner.tenantId, owner.userId);
}

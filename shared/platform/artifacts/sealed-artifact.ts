import type { KeyObject } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Content } from "#shared/domain/channel/channels.ts";
import type { ArtifactReceipt } from "#shared/domain/message/artifact-receipt.ts";
import { sha256 } from "../crypto/digest.ts";
import { contextOf, open, seal } from "../crypto/envelope.ts";
import { AppError } from "../errors/app-error.ts";
import type { ArtifactOwner } from "./artifact-store.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Far over any content that is sent. It bounds what a manipulated artifact makes a reader allocate. */
export const contentBytesMax = 16 * 1024 * 1024;

/** A file system takes 255 bytes, and a hash and the mark of an unfinished file may follow the step. */
const pathStepMax = 128;

/** A content with its receipt: what every artifact store stores. */
export interface PlainArtifact {
  readonly receipt: ArtifactReceipt;
  readonly plain: Buffer;
}

/**
 * The content as canonical JSON with its receipt. The same owner and content give the same reference in every process.
 */
export function artifactOf(owner: ArtifactOwner, content: Content): PlainArtifact {
  const plain = Buffer.from(canonicalJson(content), "utf8");
  const hash = sha256(plain);
  return { plain, receipt: { ref: `${refStart(owner)}${hash}`, hash, bytes: plain.length } };
}

/** The hash in a reference. Throws `ARTIFACT_MISSING` for one that names no artifact of this message. */
export function hashOfRef(owner: ArtifactOwner, ref: string): string {
  const hash = ref.slice(-64);
  if (ref === `${refStart(owner)}${hash}` && /^[0-9a-f]{64}$/.test(hash)) return hash;
  throw artifactMissing("The reference names no artifact of this message");
}

/**
 * A name as one step of a path: never empty, `.` or `..`, without a separator, and 128 characters at most. A longer name
 * becomes its hash, after a mark that no encoded name begins with.
 */
export function pathStep(name: string): string {
  const step = encodeURIComponent(name.toWellFormed()).replaceAll(".", "%2E") || "%";
  return step.length <= pathStepMax ? step : `%long-${sha256(name)}`;
}

/** An artifact as a store holds it: sealed bytes under a reference, and the person's key. */
export interface SealedArtifact {
  readonly ref: string;
  readonly sealed: Buffer;
  readonly key: KeyObject;
}

/** Compressed, then encrypted under the person's key and bound to reference and person. */
export function sealArtifact(owner: ArtifactOwner, artifact: PlainArtifact, key: KeyObject): Buffer {
  return seal(key, deflateRawSync(artifact.plain, { level: 1 }), bindingOf(owner, artifact.receipt.ref));
}

/** The content. Throws `ARTIFACT_CORRUPT` if the bytes are not those that were sealed for this person and reference. */
export function openArtifact(owner: ArtifactOwner, artifact: SealedArtifact): Content {
  const plain = plainOf(owner, artifact);
  if (sha256(plain) !== hashOfRef(owner, artifact.ref)) throw corrupt();
  return JSON.parse(plain.toString("utf8")) as Content;
}

/** The error of a reference that leads to nothing: `ARTIFACT_MISSING`, not retryable. The message must hold no content. */
export function artifactMissing(message: string): AppError {
  return new AppError("ARTIFACT_MISSING", message, { retryable: false });
}

function plainOf(owner: ArtifactOwner, { ref, sealed, key }: SealedArtifact): Buffer {
  try {
    return inflateRawSync(open(key, sealed, bindingOf(owner, ref)), { maxOutputLength: contentBytesMax });
  } catch (error) {
    throw corrupt(error);
  }
}

function bindingOf(owner: ArtifactOwner, ref: string): Buffer {
  return contextOf("artifact", ref, owner.tenantId, owner.userId);
}

function refStart(owner: ArtifactOwner): string {
  return `${pathStep(owner.tenantId)}/${pathStep(owner.msgId)}/`;
}

function corrupt(cause?: unknown): AppError {
  return new AppError("ARTIFACT_CORRUPT", "The artifact is not what was stored", { retryable: false, cause });
}

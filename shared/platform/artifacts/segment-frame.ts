import { crc32 } from "node:zlib";
import { artifactCorrupt, contentBytesMax, type SealedArtifact } from "./sealed-artifact.ts";

/** `CAF1`: an artifact's frame, first form. */
const magic = 0x43_41_46_31;
const headBytes = 19;
/** Where the checksum's own four bytes end: it covers everything after them. */
const checkedFrom = 8;

/** A frame's size at most, bytes: the largest content, and room for its head, its name and what deflate and the seal add. */
export const frameBytesMax = contentBytesMax + 64 * 1024;

/** A frame in a segment, as its head describes it. */
export interface ListedFrame {
  readonly offset: number;
  readonly length: number;
  readonly artifact: SealedArtifact;
}

/**
 * A frame as bytes, in parts to be written one after the other: magic, CRC-32 of what follows, size of the sealed bytes, size of
 * the plain content, 1 for deflated or 0, size of the name; the name; the sealed bytes. All numbers are big-endian.
 */
export function frameOf({ name, isDeflated, plainBytes, sealed }: SealedArtifact): readonly [Buffer, Buffer] {
  const nameBytes = Buffer.byteLength(name);
  const head = Buffer.allocUnsafe(headBytes + nameBytes);
  head.writeUInt32BE(magic, 0);
  head.writeUInt32BE(sealed.length, 8);
  head.writeUInt32BE(plainBytes, 12);
  head.writeUInt8(isDeflated ? 1 : 0, 16);
  head.writeUInt16BE(nameBytes, 17);
  head.write(name, headBytes);
  head.writeUInt32BE(crc32(sealed, crc32(head.subarray(checkedFrom))), 4);
  return [head, sealed];
}

/** The artifact in a frame. Throws `ARTIFACT_CORRUPT` for bytes that are not one whole frame of that name. */
export function artifactInFrame(name: string, frame: Buffer): SealedArtifact {
  const read = readHead(frame, 0);
  if (read?.length !== frame.length || read.artifact.name !== name) throw artifactCorrupt();
  return read.artifact;
}

/**
 * The frames of a segment from its beginning on, without any key: what a lost table could be told from its file. It ends at the
 * first bytes that are no whole frame, which nobody was promised: a failed write is the last of its segment.
 */
export function* framesOf(segment: Buffer): Generator<ListedFrame> {
  for (let offset = 0; offset < segment.length; ) {
    const frame = readHead(segment, offset);
    if (!frame || !isWhole(segment, frame)) return;
    yield frame;
    offset += frame.length;
  }
}

function readHead(bytes: Buffer, offset: number): ListedFrame | undefined {
  if (bytes.length - offset < headBytes || bytes.readUInt32BE(offset) !== magic) return undefined;
  const nameFrom = offset + headBytes;
  const sealedFrom = nameFrom + bytes.readUInt16BE(offset + 17);
  const end = sealedFrom + bytes.readUInt32BE(offset + 8);
  const form = bytes.readUInt8(offset + 16);
  if (end > bytes.length || form > 1) return undefined;
  const artifact: SealedArtifact = {
    name: bytes.toString("utf8", nameFrom, sealedFrom),
    isDeflated: form === 1,
    plainBytes: bytes.readUInt32BE(offset + 12),
    sealed: bytes.subarray(sealedFrom, end),
  };
  return { offset, length: end - offset, artifact };
}

function isWhole(segment: Buffer, { offset, length }: ListedFrame): boolean {
  return crc32(segment.subarray(offset + checkedFrom, offset + length)) === segment.readUInt32BE(offset + 4);
}

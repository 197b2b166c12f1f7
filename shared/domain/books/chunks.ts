import { partitionName, type RecordPlace } from "./place.ts";

/** How many offsets a chunk has. A migration gives its column the same width. */
export const chunkOffsets = 1_024;

/** Which offsets of one stretch of a partition are marked. */
export interface Chunk {
  readonly topic: string;
  readonly partition: number;
  /** The first offset, divided by `chunkOffsets`. */
  readonly chunk: number;
  /** A bit an offset, the first leftmost, as hexadecimal digits. */
  readonly bits: string;
}

/** Places as chunks, in the order of their keys, so that all writers lock rows in the same order. */
export function chunksOf(places: readonly RecordPlace[]): readonly Chunk[] {
  const found = new Map<string, Omit<Chunk, "bits"> & { readonly bytes: Buffer }>();
  for (const { topic, partition, offset } of places) {
    const chunk = Math.floor(offset / chunkOffsets);
    const name = `${topic}/${partition}/${chunk}`;
    const into = found.get(name) ?? { topic, partition, chunk, bytes: Buffer.alloc(chunkOffsets / 8) };
    const bit = offset % chunkOffsets;
    into.bytes[bit >> 3] = (into.bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
    found.set(name, into);
  }
  const chunks = [...found.values()].map(({ bytes, ...of }) => ({ ...of, bits: bytes.toString("hex") }));
  return chunks.toSorted((a, b) => compare(a.topic, b.topic) || a.partition - b.partition || a.chunk - b.chunk);
}

/** A stretch of one partition, the end not included. */
export interface Stretch {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What a look at a stretch found. */
export interface StretchLook {
  /** The offsets that are not marked, in order. */
  readonly unmarked: readonly number[];
  /** Up to where it looked, not included: the end, unless there are too many. */
  readonly until: number;
}

/**
 * The offsets of a stretch that no chunk marks; stops behind the first `unmarkedMax` of them. Chunks come by `chunkName`, a
 * character an offset: `1` where it is marked.
 */
export function lookAt(
  { from, to, ...of }: Stretch,
  chunks: ReadonlyMap<string, string>,
  unmarkedMax: number,
): StretchLook {
  const unmarked: number[] = [];
  let offset = from;
  for (; offset < to && unmarked.length < unmarkedMax; offset++) {
    const marks = chunks.get(chunkName(of, Math.floor(offset / chunkOffsets)));
    if (marks?.[offset % chunkOffsets] !== "1") unmarked.push(offset);
  }
  return { unmarked, until: offset };
}

/** Names a chunk, as a key of maps. */
export function chunkName(of: Pick<RecordPlace, "topic" | "partition">, chunk: number): string {
  return `${partitionName(of)}/${chunk}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock/clock.ts";
import type { SegmentPlace } from "./artifact-ref.ts";
import { type SegmentDisk, systemDisk } from "./segment-disk.ts";

/** A segment takes no group more once it has so many bytes. */
export const segmentBytesMax = 64 * 1024 * 1024;

/** Appends frames to segments of its own. */
export interface SegmentWriter {
  /**
   * The frame's place, once it is on the disk. Rejects with the file system's error if that is not certain: then the frame counts
   * as not written, though its bytes may lie there. The caller bounds how many calls wait at once.
   */
  append(frame: readonly Buffer[]): Promise<SegmentPlace>;
}

/** The parts of a writer. */
export interface SegmentWriterParts {
  readonly clock: Pick<Clock, "now">;
  readonly disk?: SegmentDisk;
}

interface Segment {
  readonly name: string;
  readonly path: string;
  readonly day: string;
  readonly file: number;
  /** Bytes that are on the disk. */
  bytes: number;
}

interface Waiting {
  readonly frame: readonly Buffer[];
  readonly resolve: (place: SegmentPlace) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A writer below a folder, `<yyyy-mm-dd>/<24 hex digits>` a segment. What is appended while a write is under way is the next
 * group: one write and one `fdatasync` together.
 *
 * A segment is made by one writer under a name that no other takes. Nobody else writes to it, nor does this one after anything
 * failed in it: the next group begins another. So there is nothing to recover at a start, and no sync is tried again that the
 * kernel may have answered once and forgotten. A segment also ends at `segmentBytesMax`, and with its day in UTC, so that
 * a sweep by age is exact to a day.
 */
export function createSegmentWriter(folder: string, { clock, disk = systemDisk }: SegmentWriterParts): SegmentWriter {
  let waiting: Waiting[] = [];
  let isWriting = false;
  let segment: Segment | undefined;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await writeOrReject(group);
    }
    isWriting = false;
  }

  async function writeOrReject(group: readonly Waiting[]): Promise<void> {
    try {
      segment = await segmentFor(new Date(clock.now()).toISOString().slice(0, 10));
      const places = await appendGroup(disk, segment, group);
      for (const [at, { resolve }] of group.entries()) resolve(places[at] as SegmentPlace);
    } catch (error) {
      await abandon();
      for (const { reject } of group) reject(error);
    }
  }

  /** The segment that takes the next group. */
  async function segmentFor(day: string): Promise<Segment> {
    if (segment?.day === day && segment.bytes < segmentBytesMax) return segment;
    await end();
    const name = `${day}/${randomBytes(12).toString("hex")}`;
    const path = join(folder, name);
    return { name, path, day, file: await disk.create(path), bytes: 0 };
  }

  async function end(): Promise<void> {
    const ended = segment;
    segment = undefined;
    // Everything that was promised is on the disk, so an error has nothing to say.
    if (ended) await disk.close(ended.file).catch(() => undefined);
  }

  /** Leaves a segment with what is certain in it. One without that goes: a full disk makes no heap of empty files. */
  async function abandon(): Promise<void> {
    const failed = segment;
    await end();
    if (failed?.bytes !== 0) return;
    try {
      disk.remove(failed.path);
    } catch {
      // What failed first is told.
    }
  }

  return {
    append: (frame) =>
      new Promise((resolve, reject) => {
        waiting.push({ frame, resolve, reject });
        if (isWriting) return;
        isWriting = true;
        // After what else is ready now: a batch that is put at once is one group.
        setImmediate(() => void run());
      }),
  };
}

/** The places of a group's frames, once all are on the disk. */
async function appendGroup(
  disk: SegmentDisk,
  segment: Segment,
  group: readonly Waiting[],
): Promise<readonly SegmentPlace[]> {
  const parts = group.flatMap(({ frame }) => frame);
  const bytes = lengthOf(parts);
  if ((await disk.write(segment.file, parts, segment.bytes)) !== bytes) throw shorter("ENOSPC");
  await disk.sync(segment.file);
  // The file may have lost its name, or another disk may lie over it: then nobody could read what is in it.
  if (disk.sizeOf(segment.path) !== segment.bytes + bytes) throw shorter("EIO");
  let offset = segment.bytes;
  segment.bytes += bytes;
  return group.map(({ frame }) => {
    const place = { segment: segment.name, offset, length: lengthOf(frame) };
    offset += place.length;
    return place;
  });
}

function shorter(code: "ENOSPC" | "EIO"): Error {
  return Object.assign(new Error("The segment is shorter than what was written"), { code });
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

import { describe, expect, test } from "vitest";
import type { SegmentDisk } from "#shared/platform/artifacts/segment-disk.ts";
import { createSegmentWriter, segmentBytesMax } from "#shared/platform/artifacts/segment-writer.ts";

const noon = Date.UTC(2026, 10, 26, 12);
const dayMs = 86_400_000;

/** What the disk is asked to do next and answers wrongly; each once. */
type Fault = "create" | "write" | "short" | "sync" | "gone" | "remove" | "close";

/** A disk in memory that counts what it is asked. */
function createMemoryDisk() {
  const files: { readonly path: string; bytes: number; parts: Buffer[]; isClosed: boolean; isRemoved: boolean }[] = [];
  const counts = { create: 0, write: 0, sync: 0 };
  const faults = new Set<Fault>();
  let gate: Promise<void> | undefined;
  const failOnce = (fault: Fault) => {
    if (faults.delete(fault)) throw Object.assign(new Error(fault), { code: fault });
  };
  const fileAt = (at: number) => {
    const file = files[at];
    if (!file || file.isClosed) throw new Error("written to a file that is closed");
    return file;
  };
  const disk: SegmentDisk = {
    create: async (path) => {
      counts.create++;
      failOnce("create");
      return files.push({ path, bytes: 0, parts: [], isClosed: false, isRemoved: false }) - 1;
    },
    write: async (at, parts, from) => {
      counts.write++;
      const file = fileAt(at);
      failOnce("write");
      expect(from).toBe(file.bytes);
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      file.bytes += bytes;
      file.parts.push(...parts);
      return faults.delete("short") ? bytes - 1 : bytes;
    },
    sync: async (at) => {
      counts.sync++;
      fileAt(at);
      await gate;
      failOnce("sync");
    },
    sizeOf: (path) => {
      failOnce("gone");
      return files.find((file) => file.path === path)?.bytes ?? 0;
    },
    close: async (at) => {
      fileAt(at).isClosed = true;
      failOnce("close");
    },
    remove: (path) => {
      failOnce("remove");
      for (const file of files) if (file.path === path) file.isRemoved = true;
    },
  };
  const holdSyncs = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return () => {
      gate = undefined;
      resolve();
    };
  };
  return { disk, files, counts, faults, holdSyncs };
}

function createBench() {
  const memory = createMemoryDisk();
  const clock = { time: noon, now: () => clock.time };
  const writer = createSegmentWriter("/segments", { clock, disk: memory.disk });
  const append = (text: string) => writer.append([Buffer.from(text)]);
  return { ...memory, clock, writer, append };
}

describe("a writer of segments [CAN-13]", () => {
  test("writes and syncs once for all that is appended at once, and tells each its place", async () => {
    const { append, counts, files } = createBench();
    const places = await Promise.all(Array.from({ length: 300 }, (_, at) => append("x".repeat(at + 1))));
    expect(counts).toEqual({ create: 1, write: 1, sync: 1 });
    expect(files[0]?.path).toMatch(/^\/segments\/2026-11-26\/[0-9a-f]{24}$/);
    let offset = 0;
    for (const [at, place] of places.entries()) {
      expect(place).toEqual({ segment: files[0]?.path.slice("/segments/".length), offset, length: at + 1 });
      offset += at + 1;
    }
  });

  test("makes one group of what comes while a write is under way, and acknowledges nothing before its sync", async () => {
    const { append, counts, holdSyncs } = createBench();
    const acknowledged: string[] = [];
    const note = (name: string) => append(name).then(() => void acknowledged.push(name));
    const release = holdSyncs();
    const first = note("first");
    await expect.poll(() => counts.sync).toBe(1);
    const others = ["a", "b", "c", "d"].map(note);
    await new Promise(setImmediate);
    expect([acknowledged, counts]).toEqual([[], { create: 1, write: 1, sync: 1 }]);
    release();
    await Promise.all([first, ...others]);
    expect(counts).toEqual({ create: 1, write: 2, sync: 2 });
    expect(acknowledged).toEqual(["first", "a", "b", "c", "d"]);
  });
});

describe("a segment that something fails in [CAN-13]", () => {
  test.each<[Fault, string]>([
    ["write", "write"],
    ["short", "ENOSPC"],
    ["sync", "sync"],
    ["gone", "gone"],
  ])("rejects the whole group where a %s fails, and never writes to that segment again", async (fault, code) => {
    const { append, faults, files } = createBench();
    const kept = await append("kept");
    faults.add(fault);
    const group = await Promise.allSettled([append("one"), append("two")]);
    for (const one of group) expect(one).toMatchObject({ status: "rejected", reason: { code } });
    const next = await append("next");
    expect(next).toMatchObject({ offset: 0 });
    expect(next.segment).not.toBe(kept.segment);
    // What was acknowledged before lies in it, so it stays.
    expect(files.map(({ isClosed, isRemoved }) => [isClosed, isRemoved])).toEqual([
      [true, false],
      [false, false],
    ]);
    expect(files[0]?.parts[0]?.toString()).toBe("kept");
  });

  test.each<Fault>(["write", "short", "sync", "gone"])(
    "leaves no file where the first %s in it fails",
    async (fault) => {
      const { append, faults, files } = createBench();
      for (let round = 0; round < 3; round++) {
        faults.add(fault);
        await expect(append("lost")).rejects.toThrow();
      }
      expect(files.map(({ isClosed, isRemoved }) => isClosed && isRemoved)).toEqual([true, true, true]);
      expect(await append("next")).toMatchObject({ offset: 0 });
    },
  );

  test("goes on after a segment could not be made, closed or taken away", async () => {
    const { append, faults, counts } = createBench();
    faults.add("create");
    await expect(append("lost")).rejects.toMatchObject({ code: "create" });
    for (const fault of ["sync", "remove", "close"] as const) faults.add(fault);
    await expect(append("lost")).rejects.toMatchObject({ code: "sync" });
    expect(await append("next")).toMatchObject({ offset: 0 });
    expect(counts.create).toBe(3);
  });
});

describe("a segment's end", () => {
  test("begins another segment with the day in UTC, and once one is full", async () => {
    const { append, clock, files, writer } = createBench();
    const first = await append("one");
    clock.time = noon + dayMs / 2 - 1;
    expect((await append("two")).segment).toBe(first.segment);
    clock.time = noon + dayMs / 2;
    const second = await append("three");
    expect([first.segment.slice(0, 10), second.segment.slice(0, 10)]).toEqual(["2026-11-26", "2026-11-27"]);
    const rest = Buffer.alloc(segmentBytesMax - "three".length - 1);
    expect((await writer.append([rest])).segment).toBe(second.segment);
    expect((await append("!")).segment).toBe(second.segment);
    const third = await append("four");
    expect(third.segment).not.toBe(second.segment);
    expect(files.map(({ isClosed, isRemoved }) => [isClosed, isRemoved])).toEqual([
      [true, false],
      [true, false],
      [false, false],
    ]);
  });

  test("shares no segment with another writer", async () => {
    const [one, two] = [createBench(), createBench()];
    expect((await one.append("x")).segment).not.toBe((await two.append("x")).segment);
  });
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFileArtifactStore } from "#shared/platform/artifacts/file-artifact-store.ts";
import { sealingKey } from "#shared/platform/crypto/envelope.ts";

let reads = 0;

/** A file system that gives a hundred bytes at a time, as it may. */
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const readSync = (...[file, into, at, length, from]: [number, Buffer, number, number, number]) => {
    reads += 1;
    return fs.readSync(file, into, at, Math.min(length, 100), from);
  };
  return { ...fs, readSync };
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-short-reads-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("an artifact on a file system that reads less than it is asked for", () => {
  it("is read whole, in as many reads as that takes", async () => {
    const key = sealingKey(Buffer.alloc(32, 7));
    const store = createFileArtifactStore(pathToFileURL(folder).href, { keyOf: async () => key });
    const owner = { tenantId: "default", userId: "ada", msgId: "m1" };
    const before = { channel: "SMS", text: "one" } as const;
    const content = { channel: "SMS", text: "two ".repeat(100) } as const;
    await store.put(owner, before);
    const { ref } = await store.put(owner, content);
    const length = Number(ref.split("/").at(-1));
    expect(await store.get(owner, ref)).toEqual(content);
    expect([length > 100, reads]).toEqual([true, Math.ceil(length / 100)]);
  });
});

import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { locateArtifact } from "#shared/platform/artifacts/artifact-ref.ts";
import type { ArtifactOwner } from "#shared/platform/artifacts/artifact-store.ts";
import { createFileArtifactStore } from "#shared/platform/artifacts/file-artifact-store.ts";
import { pathStep } from "#shared/platform/artifacts/sealed-artifact.ts";
import { framesOf } from "#shared/platform/artifacts/segment-frame.ts";
import { segmentBytesMax } from "#shared/platform/artifacts/segment-writer.ts";
import { sealingKey } from "#shared/platform/crypto/envelope.ts";
import { createMemoryKeyStore } from "#tests/fakes/memory-key-store.ts";
import { createFileWriter, pathOfFile } from "#tests/support/file-a-message.ts";
import { type ArtifactStoreUnderTest, artifactConformance } from "./artifact-conformance.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A store two folders deep in a folder that is watched whole, so that an escape would show. */
async function createStore() {
  const outer = await mkdtemp(join(tmpdir(), "artifacts-"));
  folders.push(outer);
  const root = join(outer, "a", "b");
  const keys = createMemoryKeyStore();
  const store = createFileArtifactStore(pathToFileURL(root).href, keys);
  return { outer, root, keys, store };
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Where the segment of a reference lies, and which bytes of it are meant. */
function rangeOf(root: string, ref: string) {
  const [day = "", id = "", offset, length] = ref.split("/").slice(3);
  return { path: join(root, "segments.v1", day, id), offset: Number(offset), length: Number(length) };
}

type StoreParts = Awaited<ReturnType<typeof createStore>>;

/** What both layouts have in common. */
function watched({ outer, root, keys }: StoreParts): Pick<ArtifactStoreUnderTest, "keys" | "dump" | "takeAway"> {
  return {
    keys,
    dump: async () => {
      const paths = await filesUnder(outer);
      expect(paths.filter((path) => relative(root, path).startsWith(".."))).toEqual([]);
      return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
    },
    takeAway: async () => {
      await rm(root, { recursive: true });
      await writeFile(root, "a file where the folder was");
    },
  };
}

artifactConformance("in segments", async () => {
  const parts = await createStore();
  return {
    ...watched(parts),
    store: parts.store,
    bytesOf: async (ref) => {
      const { path, offset, length } = rangeOf(parts.root, ref);
      return (await readFile(path)).subarray(offset, offset + length);
    },
    damage: async (ref, bytes) => {
      const { path, offset } = rangeOf(parts.root, ref);
      await writeFile(path, Buffer.concat([(await readFile(path)).subarray(0, offset), bytes]));
    },
  };
});

artifactConformance("of a file a message, as releases before segments wrote it", async () => {
  const parts = await createStore();
  const writer = createFileWriter(parts.root, parts.keys);
  return {
    ...watched(parts),
    store: {
      get: parts.store.get,
      // Nothing writes this layout any more, so an outage is what the store itself makes of it.
      put: (owner, content) => writer.put(owner, content).catch(() => parts.store.put(owner, content)),
    },
    bytesOf: (ref) => readFile(join(parts.root, pathOfFile(ref))),
    damage: (ref, bytes) => writeFile(join(parts.root, pathOfFile(ref)), bytes),
  };
});

const owner = { tenantId: "default", userId: "ada", msgId: "m1" };
const other = { ...owner, msgId: "m2" };

describe("what a release before segments wrote [CAN-13]", () => {
  const key = sealingKey(Buffer.from(Array.from({ length: 32 }, (_, at) => at)));
  const store = createFileArtifactStore(
    pathToFileURL(fileURLToPath(new URL("../fixtures/artifacts/file-a-message", import.meta.url))).href,
    { keyOf: async () => key },
  );

  test.each([
    [
      { tenantId: "default", userId: "ada", msgId: "0b1f0c1e-0000-5000-8000-000000000001" },
      "bc86c7b32aeb0156857559bbad03fd4f650f2cf1751dff5fbcb4112699ac7302",
      { channel: "EMAIL", subject: "Kept", html: "<p>Written by the release before segments</p>" },
    ],
    [
      { tenantId: "acme/eu", userId: "ada", msgId: "a".repeat(256) },
      "e227c93b5219d5edb9a4f754866834db59583bda5122dfb4cbc10ebbe9eca273",
      { channel: "SMS", text: "Kept" },
    ],
  ])("opens by the reference of then", async (of, hash, content) => {
    const ref = `${pathStep(of.tenantId)}/${pathStep(of.msgId)}/${hash}`;
    expect(await store.get(of, ref)).toMatchObject(content);
    await expect(store.get({ ...of, userId: "eve" }, ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
  });
});

describe("a folder of segments [CAN-13]", () => {
  test("has one file for what one process stores in a day, and no store writes to the file of another", async () => {
    const { root, keys, store } = await createStore();
    const second = createFileArtifactStore(pathToFileURL(root).href, keys);
    const texts = Array.from({ length: 600 }, (_, at) => `text ${at}`);
    const put = (to: typeof store, text: string) => to.put(owner, { channel: "SMS", text });
    const receipts = await Promise.all(texts.map((text, at) => put(at % 2 === 0 ? store : second, text)));
    expect(new Set(receipts.map(({ ref }) => rangeOf(root, ref).path)).size).toBe(2);
    expect(await filesUnder(root)).toHaveLength(2);
    for (const [at, { ref }] of receipts.entries())
      expect(await second.get(owner, ref)).toEqual({ channel: "SMS", text: texts[at] });
  });

  test("tells what lies in it to somebody who has a file and no key", async () => {
    const { root, store } = await createStore();
    const receipts = await Promise.all(
      [owner, other].map((one) => store.put(one, { channel: "SMS", text: one.msgId })),
    );
    const { path } = rangeOf(root, receipts[0]?.ref ?? "");
    const listed = [...framesOf(await readFile(path))];
    expect(listed.map(({ artifact }) => artifact.name)).toEqual(
      receipts.map(({ hash }, at) => `default/${[owner, other][at]?.msgId}/${hash}`),
    );
    expect(listed.map(({ offset, length }) => [offset, length])).toEqual(
      receipts.map(({ ref }) => [rangeOf(root, ref).offset, rangeOf(root, ref).length]),
    );
  });

  test("may be written out again to another place: nothing sealed in it depends on where it lies", async () => {
    const { root, store } = await createStore();
    const content = { channel: "SMS", text: "moved" } as const;
    await store.put(other, content);
    const { ref } = await store.put(owner, content);
    const { path, offset, length } = rangeOf(root, ref);
    const moved = join(path, "..", "f".repeat(24));
    await writeFile(moved, (await readFile(path)).subarray(offset));
    await rm(path);
    const [name, day] = [ref.split("/").slice(0, 3).join("/"), ref.split("/")[3]];
    expect(await store.get(owner, `${name}/${day}/${"f".repeat(24)}/0/${length}`)).toEqual(content);
    await expect(store.get(owner, ref)).rejects.toMatchObject({ code: "ARTIFACT_MISSING", retryable: false });
  });

  test("goes on when somebody empties it, and acknowledges nothing that has no name", async () => {
    const { root, store } = await createStore();
    await store.put(owner, { channel: "SMS", text: "one" });
    await rm(root, { recursive: true });
    const outage = { code: "ARTIFACT_UNAVAILABLE", retryable: true };
    await expect(store.put(owner, { channel: "SMS", text: "two" })).rejects.toMatchObject(outage);
    const { ref } = await store.put(owner, { channel: "SMS", text: "two" });
    expect(await store.get(owner, ref)).toEqual({ channel: "SMS", text: "two" });
  });

  test("has no artifact behind the end of a segment that was cut", async () => {
    const { root, store } = await createStore();
    const first = await store.put(owner, { channel: "SMS", text: "one" });
    const second = await store.put(owner, { channel: "SMS", text: "two" });
    const { path, offset } = rangeOf(root, second.ref);
    await truncate(path, offset + 30);
    await expect(store.get(owner, second.ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT", retryable: false });
    expect(await store.get(owner, first.ref)).toEqual({ channel: "SMS", text: "one" });
  });

  test("at a path that the file system never accepts is a permanent error", async () => {
    const { outer, keys } = await createStore();
    const store = createFileArtifactStore(pathToFileURL(join(outer, "x".repeat(256))).href, keys);
    const refusal = { code: "ARTIFACT_UNSTORABLE", retryable: false };
    await expect(store.put(owner, { channel: "SMS", text: "one" })).rejects.toMatchObject(refusal);
  });
});

describe("a reference that no store has made", () => {
  /** The reference of a text of the owner, and others made of it by exchanging its parts from the hash on. */
  async function forged() {
    const parts = await createStore();
    const { ref } = await parts.store.put(owner, { channel: "SMS", text: "one" });
    const [hash = "", day = "", id = "", offset = "", length = ""] = ref.split("/").slice(2);
    const refWith = (change: Readonly<Record<string, string>>) =>
      ["default", owner.msgId, ...Object.values({ hash, day, id, offset, length, ...change })].join("/");
    return { ...parts, ref, refWith };
  }

  test.each([
    ["steps up from the segment's folder", { id: ".." }],
    ["steps up from the day's", { day: "..", id: "0".repeat(24) }],
    ["has a separator in its segment", { id: "%2e%2e/../../x" }],
    ["has a zero byte in its segment", { id: `${"0".repeat(23)}\0` }],
    ["names an absolute path", { day: "/etc", id: "passwd" }],
    ["begins before the segment", { offset: "-1" }],
    ["begins at no number", { offset: "1e3" }],
    ["begins with a zero more", { offset: "00" }],
    ["has no length", { length: "0" }],
    ["has a negative length", { length: "-5" }],
    ["is longer than any frame", { length: "16842753" }],
    ["is longer than a number holds", { length: "9".repeat(30) }],
    ["begins where no number reaches", { offset: "9".repeat(30) }],
    ["goes on after its end", { length: "10/../../.." }],
    ["has a line more", { length: "100\n" }],
  ])("is missing where it %s", async (_, change) => {
    const { store, refWith } = await forged();
    await expect(store.get(owner, refWith(change))).rejects.toMatchObject({
      code: "ARTIFACT_MISSING",
      retryable: false,
    });
  });

  test("is missing where it names a segment that is not there", async () => {
    const { store, refWith } = await forged();
    const gone = refWith({ id: "0".repeat(24) });
    await expect(store.get(owner, gone)).rejects.toMatchObject({ code: "ARTIFACT_MISSING", retryable: false });
  });

  test("is corrupt where it names other bytes than a frame of this message's", async () => {
    const { store, ref, refWith } = await forged();
    const { length } = rangeOf("", ref);
    await store.put(other, { channel: "SMS", text: "one" });
    const frameOfOther = refWith({ offset: String(length) });
    for (const wrong of [
      frameOfOther,
      refWith({ offset: "1" }),
      refWith({ length: String(length - 1) }),
      refWith({ length: String(length + 1) }),
      refWith({ length: "1" }),
      refWith({ offset: String(segmentBytesMax) }),
    ])
      await expect(store.get(owner, wrong)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT", retryable: false });
    expect(await store.get(owner, ref)).toEqual({ channel: "SMS", text: "one" });
  });

  test("is missing for another message or tenant, and corrupt for another person", async () => {
    const { store, ref } = await forged();
    const missing: readonly ArtifactOwner[] = [other, { ...owner, tenantId: "acme" }];
    for (const one of missing) {
      await expect(store.get(one, ref)).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
      expect(() => locateArtifact(one, ref)).toThrow("names no artifact of this message");
    }
    await expect(store.get({ ...owner, userId: "eve" }, ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
  });
});

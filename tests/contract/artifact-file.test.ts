import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { createFileArtifactStore } from "#shared/platform/artifacts/file-artifact-store.ts";
import { createMemoryKeyStore } from "#tests/fakes/memory-key-store.ts";
import { artifactConformance } from "./artifact-conformance.ts";

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

artifactConformance("in a folder", async () => {
  const { outer, root, keys, store } = await createStore();
  return {
    store,
    keys,
    dump: async () => {
      const paths = (await filesUnder(outer)).filter((path) => !path.endsWith("plain-file"));
      expect(paths.filter((path) => relative(root, path).startsWith(".."))).toEqual([]);
      return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
    },
    damage: (path, bytes) => writeFile(path, bytes),
    takeAway: async () => {
      await rm(root, { recursive: true });
      await writeFile(root, "a file where the folder was");
    },
  };
});

test("goes on when somebody empties the folder", async () => {
  const { root, store } = await createStore();
  const owner = { tenantId: "default", userId: "ada", msgId: "m1" };
  await store.put(owner, { channel: "SMS", text: "one" });
  await rm(root, { recursive: true });
  await expect(store.put(owner, { channel: "SMS", text: "two" })).rejects.toMatchObject({ retryable: true });
  const { ref } = await store.put(owner, { channel: "SMS", text: "two" });
  expect(await store.get(owner, ref)).toEqual({ channel: "SMS", text: "two" });
});

test("reports a path that the file system never accepts as permanent", async () => {
  const { outer, keys } = await createStore();
  const store = createFileArtifactStore(pathToFileURL(join(outer, "x".repeat(256))).href, keys);
  const owner = { tenantId: "default", userId: "ada", msgId: "m1" };
  const refusal = { code: "ARTIFACT_UNSTORABLE", retryable: false };
  await expect(store.put(owner, { channel: "SMS", text: "one" })).rejects.toMatchObject(refusal);
});

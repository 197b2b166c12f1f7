import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemDisk } from "#shared/platform/artifacts/segment-disk.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "segments-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a segment's file is made once, with its folders, for nobody else to read", async () => {
  const path = join(folder, "segments.v1", "2026-11-26", "a");
  const file = await systemDisk.create(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "segments.v1")).mode & 0o777).toBe(0o700);
  await expect(systemDisk.create(path)).rejects.toMatchObject({ code: "EEXIST" });
  await systemDisk.close(file);
  expect(statSync(path).size).toBe(0);
});

test("more parts than the system takes at once are written whole, from the byte that is named", async () => {
  const path = join(folder, "a");
  const file = await systemDisk.create(path);
  const parts = Array.from({ length: 5_000 }, (_, at) => Buffer.from(`${at},`));
  const whole = Buffer.concat(parts);
  expect(await systemDisk.write(file, parts, 0)).toBe(whole.length);
  expect(await systemDisk.write(file, [Buffer.from("end")], whole.length)).toBe(3);
  await systemDisk.sync(file);
  await systemDisk.close(file);
  expect(readFileSync(path, "utf8")).toBe(`${whole.toString()}end`);
  expect(systemDisk.sizeOf(path)).toBe(whole.length + 3);
  systemDisk.remove(path);
  expect(() => systemDisk.sizeOf(path)).toThrow("ENOENT");
});

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeJson } from "#stack/json-file.ts";
import { withLock } from "#stack/lock.ts";
import { readTable, writeTable } from "#stack/process-table.ts";
import { isAlive, type ProcessRecord, record, signal, waitForEnd } from "#stack/processes.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-processes-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function sleeper(): Promise<ProcessRecord> {
  const recorded = await record(spawn("sleep", ["60"]).pid ?? -1, 0);
  if (recorded === undefined) throw new Error("sleep did not start");
  return recorded;
}

describe("processes by pid and start", () => {
  it("knows its own from a later one with the same pid, and never signals that", async () => {
    const ours = await sleeper();
    const earlier = { ...ours, identity: `${ours.identity}0` };
    expect(await isAlive(earlier)).toBe(false);
    expect(await signal(earlier, "SIGKILL")).toBe(false);
    expect(await isAlive(ours)).toBe(true);
    expect(await signal(ours, "SIGKILL")).toBe(true);
    expect(await waitForEnd(ours, 5_000)).toBe(true);
    expect(await signal(ours, "SIGKILL")).toBe(false);
  });

  it("reads back the table it wrote, and takes anything else for an empty one", async () => {
    const file = join(folder, "processes.json");
    expect(await readTable(file)).toEqual({});
    const table = { kafka: { pid: 1, identity: "x", startedAt: 2 } };
    await writeTable(file, table);
    expect(await readTable(file)).toEqual(table);
    await writeJson(file, { kafka: { pid: "1" }, redis: null });
    expect(await readTable(file)).toEqual({});
  });
});

describe("the lock of a stack", () => {
  const quiet = { waitMs: 5_000, say: () => {} };

  it("lets one in at a time", async () => {
    const file = join(folder, "lock");
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, quiet, work)));
    expect(most).toBe(1);
  });

  it("passes over a holder that died", async () => {
    const file = join(folder, "lock");
    const dead = await sleeper();
    await signal(dead, "SIGKILL");
    await waitForEnd(dead, 5_000);
    await writeJson(file, dead);
    expect(await withLock(file, { ...quiet, waitMs: 0 }, async () => "in")).toBe("in");
  });

  it("gives up on a holder that lives too long, by name", async () => {
    const file = join(folder, "lock");
    const holder = await sleeper();
    await writeJson(file, holder);
    await expect(withLock(file, { ...quiet, waitMs: 0 }, async () => "in")).rejects.toMatchObject({
      code: "STACK_LOCKED",
      message: expect.stringContaining(`Process ${holder.pid} `),
    });
    await signal(holder, "SIGKILL");
  });

  it("is free again after work that fails", async () => {
    const file = join(folder, "lock");
    const failing = withLock(file, quiet, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await withLock(file, { ...quiet, waitMs: 0 }, async () => "in")).toBe("in");
  });
});

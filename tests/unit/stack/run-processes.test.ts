import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { announceProcess, runProcesses, runProcessRows } from "#stack/run-processes.ts";

const folderWithStack = (): string => {
  const root = mkdtempSync(join(tmpdir(), "run-processes-"));
  mkdirSync(join(root, ".carillon"));
  writeFileSync(join(root, ".carillon", "stack.json"), "{}");
  return root;
};
const router = { hosts: "router", pid: process.pid, startedAt: 1_000, health: "http://127.0.0.1:9" };
/** Linux gives no process a pid as great as this. */
const dead = { ...router, pid: 2 ** 30 };

describe("the processes beside a stack", () => {
  it("are listed while they live; one that was killed is not, and its file goes with the next start", () => {
    const root = folderWithStack();
    announceProcess(root, dead);
    expect(runProcesses(root)).toEqual([]);
    const withdraw = announceProcess(root, router);
    expect(runProcesses(root)).toEqual([router]);
    expect(existsSync(join(root, ".carillon", "run", `${dead.pid}.json`))).toBe(false);
    withdraw();
    expect(runProcesses(root)).toEqual([]);
  });

  it("are not written down where no stack stands", () => {
    const root = mkdtempSync(join(tmpdir(), "run-processes-"));
    announceProcess(root, router)();
    expect(existsSync(join(root, ".carillon"))).toBe(false);
    expect(runProcesses(root)).toEqual([]);
  });

  it("have a line each with the address of their probes", () => {
    expect(runProcessRows([router])).toEqual([
      { name: "router", state: "running", pid: process.pid, startedAt: 1_000, address: "http://127.0.0.1:9/readyz" },
    ]);
  });
});

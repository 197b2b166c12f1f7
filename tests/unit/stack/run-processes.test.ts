import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { devProcessRows, readDevProcess } from "#stack/dev-process.ts";

const file = join(mkdtempSync(join(tmpdir(), "dev-process-")), "dev.json");
const dev = { pid: process.pid, startedAt: 1_000, health: "http://127.0.0.1:9" };

describe("the process of make dev", () => {
  it("is what its file says while it lives, and nothing without a file or after its death", () => {
    expect(readDevProcess(`${file}.none`)).toBeUndefined();
    writeFileSync(file, JSON.stringify(dev));
    expect(readDevProcess(file)).toEqual(dev);
    // Linux gives no process a pid as great as this.
    writeFileSync(file, JSON.stringify({ ...dev, pid: 2 ** 30 }));
    expect(readDevProcess(file)).toBeUndefined();
  });

  it("has a line with the address of its metrics", () => {
    expect(devProcessRows(undefined)).toEqual([]);
    expect(devProcessRows(dev)).toEqual([
      {
        name: "processes",
        state: "running",
        pid: process.pid,
        startedAt: 1_000,
        address: "http://127.0.0.1:9/metrics",
      },
    ]);
  });
});

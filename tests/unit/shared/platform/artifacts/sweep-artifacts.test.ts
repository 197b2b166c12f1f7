import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sweepArtifacts } from "#shared/platform/artifacts/sweep-artifacts.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "artifacts-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function artifact(path: string, writtenAt: number): void {
  const whole = join(folder, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, "sealed");
  utimesSync(whole, writtenAt / 1_000, writtenAt / 1_000);
}

const files = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
const running = new AbortController().signal;

describe("the sweep of artifacts", () => {
  it("removes what was last written before the instant, in every tenant's folder, and nothing else", async () => {
    artifact("default/a/a1.x", 1_000_000);
    artifact("default/b/b1.x", 3_000_000);
    artifact("acme/a/a2.x", 1_999_000);
    expect(await sweepArtifacts(pathToFileURL(folder).href, 2_000_000, running)).toBe(2);
    expect(files().map(({ name }) => name)).toEqual(["b1.x"]);
    expect(await sweepArtifacts(pathToFileURL(folder).href, 2_000_000, running)).toBe(0);
  });

  it("removes whole segments, and the folder of their day with the last of them", async () => {
    artifact("segments.v1/2025-01-01/a", 1_000_000);
    artifact("segments.v1/2025-01-02/a", 1_999_000);
    artifact("segments.v1/2025-01-02/b", 2_000_000);
    mkdirSync(join(folder, "segments.v1/2026-11-26"));
    expect(await sweepArtifacts(pathToFileURL(folder).href, 2_000_000, running)).toBe(2);
    expect(readdirSync(join(folder, "segments.v1"))).toEqual(["2025-01-02", "2026-11-26"]);
    expect(files().map(({ name }) => name)).toEqual(["b"]);
  });

  it("does nothing where there is no folder yet, and stops when it is told to", async () => {
    expect(await sweepArtifacts(pathToFileURL(join(folder, "none")).href, 2_000_000, running)).toBe(0);
    artifact("default/a/a1.x", 1_000_000);
    expect(await sweepArtifacts(pathToFileURL(folder).href, 2_000_000, AbortSignal.abort())).toBe(0);
    expect(files()).toHaveLength(1);
  });
});

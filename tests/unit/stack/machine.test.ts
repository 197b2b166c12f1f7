import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { platformNames } from "#stack/binaries.ts";
import { assertSpace, freeBytes } from "#stack/disk.ts";
import { assertJava, javaMajor } from "#stack/java.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { isStackRefusal } from "#stack/refusal.ts";
import { assertOwned } from "#stack/user.ts";

describe("what a machine must have", () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ["bash: java: not found", undefined],
  ])("reads the Java in %s", (printed, major) => {
    expect(javaMajor(printed)).toBe(major);
  });

  it("refuses a Java that is not there", async () => {
    const refused = await assertJava("/nowhere/java").catch((error: unknown) => error);
    expect(isStackRefusal(refused)).toBe(true);
    expect(refused).toMatchObject({ code: "STACK_JAVA_MISSING", message: expect.stringContaining("Java 17 or later") });
  });

  it("refuses a disk that would soon be full, with both numbers", async () => {
    const half = async () => 512 * 1024 ** 2;
    await expect(assertSpace("/data", 1024 ** 3, half)).rejects.toMatchObject({
      code: "STACK_DISK_FULL",
      message: expect.stringMatching(/0\.5 GiB free .* needs 1\.0 GiB/),
    });
    await expect(assertSpace("/data", 512 * 1024 ** 2, half)).resolves.toBeUndefined();
  });

  it("measures the disk of a folder that is yet to be made", async () => {
    expect(await freeBytes(join(tmpdir(), "not", "yet", "made"))).toBeGreaterThan(0);
  });

  it("refuses data of another owner, and takes what is not there yet", async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-owner-"));
    await expect(assertOwned(folder, 4_242)).rejects.toMatchObject({ code: "STACK_WRONG_OWNER" });
    await expect(assertOwned(folder)).resolves.toBeUndefined();
    await rm(folder, { recursive: true });
    await expect(assertOwned(folder, 4_242)).resolves.toBeUndefined();
  });

  it.each([
    ["linux", "x64", "linux-amd64", "linux-amd64"],
    ["linux", "arm64", "linux-arm64v8", "linux-arm64"],
    ["darwin", "arm64", "darwin-arm64v8", "darwin-arm64"],
  ])("names the servers of %s on %s", (...[os, cpu, postgres, redis]) => {
    expect(platformNames(os, cpu)).toEqual({ postgres, redis });
  });

  it.each([
    ["win32", "x64"],
    ["linux", "riscv64"],
  ])("refuses %s on %s, for which there are none", (os, cpu) => {
    expect(() => platformNames(os, cpu)).toThrow(/COMMS_STACK=docker/);
  });
});

describe("what the environment may ask of the stack", () => {
  const config = { root: "/r", cache: "/c", mode: undefined, portBase: undefined, java: undefined };

  it("takes a mode and a first port", () => {
    const options = stackOptionsFrom({ ...config, mode: "docker", portBase: "24680" }, () => {});
    expect(options).toMatchObject({ root: "/r", mode: "docker", portBase: 24_680 });
  });

  it.each(["podman", "Docker", "auto"])("refuses the mode %s", (mode) => {
    expect(() => stackOptionsFrom({ ...config, mode }, () => {})).toThrow(/'docker' or 'native'/);
  });

  it.each(["80", "65530", "x", "24680.5"])("refuses the first port %s", (portBase) => {
    expect(() => stackOptionsFrom({ ...config, portBase }, () => {})).toThrow(/1024 to 65526/);
  });
});

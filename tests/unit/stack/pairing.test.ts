import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isPartitionOfOurs, logHoldsRecords } from "#stack/log-records.ts";
import { checkPairing, tokenIn } from "#stack/pairing.ts";

describe("a log and its registry", () => {
  it.each([
    ["meet for the first time", undefined, undefined, "pair"],
    ["know each other", "a", "a", "fine"],
    ["a new log, a registry that has seen another", undefined, "a", "adopt"],
    ["a registry that has lost its store", "a", undefined, "younger"],
    ["a registry that belongs to another log", "a", "b", "younger"],
  ] as const)("%s", (...[, log, registry, verdict]) => {
    expect(checkPairing(log, registry)).toBe(verdict);
  });

  it("finds the token in the registry's answer, and none in any other", () => {
    expect(tokenIn({ schema: '{"type":"record","doc":"a"}' })).toBe("a");
    expect(tokenIn({ schema: '{"type":"record"}' })).toBeUndefined();
    expect(tokenIn({ error_code: 40401 })).toBeUndefined();
  });

  it("counts partitions of ours, not Kafka's own nor those on their way out", () => {
    expect(isPartitionOfOurs("comms.events-0")).toBe(true);
    expect(isPartitionOfOurs("__consumer_offsets-11")).toBe(false);
    expect(isPartitionOfOurs("comms.events-0.4f3c-delete")).toBe(false);
    expect(isPartitionOfOurs("meta")).toBe(false);
  });

  it("sees records by the size of segments", async () => {
    const log = await mkdtemp(join(tmpdir(), "carillon-log-"));
    const segment = (partition: string) => join(log, partition, "00000000000000000000.log");
    for (const partition of ["comms.events-0", "__consumer_offsets-0"]) await mkdir(join(log, partition));
    await writeFile(segment("comms.events-0"), "");
    await writeFile(segment("__consumer_offsets-0"), "x");
    expect(await logHoldsRecords(log)).toBe(false);
    await writeFile(segment("comms.events-0"), "x");
    expect(await logHoldsRecords(log)).toBe(true);
    await rm(log, { recursive: true });
    expect(await logHoldsRecords(log)).toBe(false);
  });
});

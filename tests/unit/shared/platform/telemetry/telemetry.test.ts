import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";

describe("a line of the log [HLT-06]", () => {
  it("has its level, its time and its message once, whatever fields it is given", () => {
    const file = join(mkdtempSync(join(tmpdir(), "telemetry-")), "log.ndjson");
    const { log, flush } = createTelemetry({ level: "info", file, version: "test" });
    log.warn({ level: "P0", time: 1, msg: "mine", code: "X" }, "look");
    log.warn({ severity: "P0", code: "AccountSuspended" }, "the provider's answer needs a look");
    log.error({ err: new TypeError("secret"), level: "P1" });
    flush();
    const lines = readFileSync(file, "utf8").trim().split("\n");
    for (const line of lines)
      for (const name of ["level", "time", "msg"]) expect(line.split(`"${name}":`)).toHaveLength(2);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 40, msg: "look", field_level: "P0", field_time: 1, field_msg: "mine", code: "X" },
      { level: 40, severity: "P0" },
      { level: 50, msg: "TypeError", field_level: "P1", err: { type: "TypeError" } },
    ]);
  });
});

describe("the log's file", () => {
  it("is refused in a sentence where it cannot be opened", () => {
    const file = "/dev/null/carillon.ndjson";
    const sentence = `COMMS_LOG_FILE names '${file}', which cannot be opened for writing (EEXIST): name another file`;
    expect(() => createTelemetry({ level: "info", file, version: "test" })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: sentence }),
    );
  });
});

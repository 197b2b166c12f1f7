import { describe, expect, it } from "vitest";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";

describe("the log's file", () => {
  it("is refused in a sentence where it cannot be opened", () => {
    const file = "/dev/null/carillon.ndjson";
    const sentence = `COMMS_LOG_FILE names '${file}', which cannot be opened for writing (EEXIST): name another file`;
    expect(() => createTelemetry({ level: "info", file, version: "test" })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: sentence }),
    );
  });
});

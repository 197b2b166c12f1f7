import { expect, test } from "vitest";
import { zoneDataVersion } from "#shared/domain/time/zone-data.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";

const issuesOf = (minimum: string) => {
  const result = processSettings.read({ COMMS_TZDATA_MINIMUM: minimum });
  return result.kind === "issues" ? result.issues : [];
};

test.each(["", "1999a", "2026a", zoneDataVersion])("zone data of %j or newer are enough", (minimum) => {
  expect(issuesOf(minimum)).toEqual([]);
});

test.each(["2099a", `${zoneDataVersion.slice(0, 4)}z`])("a process does not start where %s is asked for", (minimum) => {
  expect(issuesOf(minimum)).toEqual([expect.stringContaining(`zone data of this version, ${zoneDataVersion};`)]);
});

test.each(["2026", "latest", "2026F"])("%s is no release", (minimum) => {
  expect(issuesOf(minimum)[0]).toMatch(/^COMMS_TZDATA_MINIMUM: is no release/);
});

import { describe, expect, it } from "vitest";
import { groupRows, groupStatusRows } from "#cli/status.ts";

const lags = [
  { topic: "comms.events", partition: 0, committed: 40, high: 42, records: 2, oldest: 9_000 },
  { topic: "comms.events", partition: 1, committed: -1, high: 11, records: 11, oldest: 1_000 },
];
const state = {
  group: "comms.intake",
  topics: ["comms.events", "comms.events.bulk"] as const,
  members: 0,
  lags,
  fuse: undefined,
};

describe("what the commands say of a group", () => {
  it("is its whole lag and the age of its oldest record, also where it has no member", () => {
    expect(groupStatusRows(state, 61_000)).toEqual([
      ["comms.intake", "0", "comms.events", "13", "60 s", "whole"],
      ["comms.intake", "0", "comms.events.bulk", "0", "-", "whole"],
    ]);
  });

  it("is, of a partition that was never committed, all that it holds", () => {
    expect(groupRows(state)).toEqual([
      ["comms.intake", "comms.events", "0", "40", "42", "2"],
      ["comms.intake", "comms.events", "1", "-", "11", "11"],
    ]);
  });
});

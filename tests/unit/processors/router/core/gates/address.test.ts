import { describe, expect, test } from "vitest";
import { address } from "#processors/router/core/gates/address.ts";

describe("address gate", () => {
  test.each([
    ["usable", { verdict: "PASS" }],
    ["none needed", { verdict: "PASS" }],
    ["missing", { verdict: "DROP", reason: "COMMS_NO_ADDRESS" }],
    ["unusable", { verdict: "DROP", reason: "COMMS_INVALID_ADDRESS" }],
  ] as const)("given an address that is %s", (state, then) => {
    expect(address(state)).toMatchObject(then);
  });
});

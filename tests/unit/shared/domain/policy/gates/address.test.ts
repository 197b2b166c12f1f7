import { describe, expect, test } from "vitest";
import { address } from "#shared/domain/policy/gates/address.ts";
import { aTarget } from "#tests/support/policy/records.ts";

describe("address gate", () => {
  test.each([
    ["one address", [aTarget()], { verdict: "PASS", detail: "There is an address" }],
    ["two devices", [aTarget(), aTarget()], { verdict: "PASS", detail: "There are 2 addresses" }],
    ["none", "none", { verdict: "DROP", reason: "COMMS_NO_ADDRESS" }],
    ["an empty list", [], { verdict: "DROP", reason: "COMMS_NO_ADDRESS" }],
    ["one that is unusable", "invalid", { verdict: "DROP", reason: "COMMS_INVALID_ADDRESS" }],
  ] as const)("given %s", (_, targets, then) => {
    expect(address(targets)).toMatchObject(then);
  });

  test("never repeats the address", () => {
    expect(address([aTarget()]).detail).not.toContain(aTarget().address);
  });
});

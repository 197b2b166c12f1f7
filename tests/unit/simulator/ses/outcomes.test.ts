import { describe, expect, it } from "vitest";
import { sesOutcomeOf } from "#simulator/ses/outcomes.ts";

describe("outcomeOf [TST-08]", () => {
  it.each([
    ["success@simulator.amazonses.com", { delivered: true }],
    ["Bounce+Label@Simulator.amazonses.com", { delivered: false, bounce: { type: "Permanent" } }],
    ["suppressionlist+a+b@simulator.amazonses.com", { delivered: false, bounce: { subType: "Suppressed" } }],
    ["ooto@simulator.amazonses.com", { delivered: true, bounce: { type: "Transient" } }],
    ["mailboxfull@simulator.amazonses.com", { delivered: false, bounce: { type: "Transient", status: "4.2.2" } }],
    ["constructor@simulator.amazonses.com", { delivered: true }],
  ])("of %s", (address, outcome) => {
    expect(sesOutcomeOf(address)).toMatchObject(outcome);
  });

  it("delivers to the same names at any other domain", () => {
    expect(sesOutcomeOf("bounce@example.org")).toEqual({ delivered: true });
  });
});

import { describe, expect, test } from "vitest";
import { evaluateGates, gateNames } from "#processors/router/core/evaluate-gates.ts";
import type { ChannelFacts, RoutingFacts } from "#processors/router/core/facts.ts";
import type { Channel } from "#shared/contracts/records.ts";
import { anAccepted, aPerson, aSuppression, noon, openChannel } from "#tests/support/policy/records.ts";

function facts(email: ChannelFacts | undefined = openChannel): RoutingFacts & { readonly now: number } {
  const channels = new Map<Channel, ChannelFacts>(email ? [["EMAIL", email]] : []);
  return { person: aPerson(), flags: new Map(), channels, now: noon };
}

describe("the evaluation of a message", () => {
  test("passes an open channel, with every gate in its trace and the template pinned", () => {
    const { result, trace, template, locale, addressHash } = evaluateGates(anAccepted(), "EMAIL", facts());
    expect(result.verdict).toBe("PASS");
    expect(trace.map(({ gate }) => gate)).toEqual(gateNames.slice(0, -1));
    expect({ template, locale, addressHash }).toEqual({
      template: openChannel.template,
      locale: "en-US",
      addressHash: "v1:k:00",
    });
  });

  test("is decided by the first gate that drops, and still asks those behind it", () => {
    const blocked = { ...openChannel, address: "missing", suppressions: [aSuppression()] } as const;
    const { gate, result, trace } = evaluateGates(anAccepted(), "EMAIL", facts(blocked));
    expect([gate, result.verdict]).toEqual(["address", "DROP"]);
    expect(trace.find((one) => one.gate === "suppression")?.verdict).toBe("DROP");
  });

  test("drops on a channel of which nothing was looked up", () => {
    const { result } = evaluateGates(anAccepted(), "SMS", facts());
    expect(result).toMatchObject({ verdict: "DROP", reason: "COMMS_NO_TEMPLATE" });
  });

  test("has expiry before all others", () => {
    const { gate, result } = evaluateGates(anAccepted({ expires_at: noon - 1 }), "EMAIL", facts(undefined));
    expect(gate).toBe("expiry");
    expect(result).toMatchObject({ verdict: "DROP", reason: "COMMS_EXPIRED" });
  });
});

import { describe, expect, test } from "vitest";
import { evaluateGates, gateNames } from "#processors/router/core/evaluate-gates.ts";
import type { ChannelFacts, RoutingFacts } from "#processors/router/core/facts.ts";
import type { GateEvaluation } from "#processors/router/core/gate-evaluation.ts";
import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { anAccepted, aPerson, aSuppression, aTarget, noon, openChannel } from "#tests/support/policy/records.ts";

function facts(email: ChannelFacts | undefined = openChannel): RoutingFacts {
  const channels = new Map<Channel, ChannelFacts>(email ? [["EMAIL", email]] : []);
  return { person: aPerson(), flags: new Map(), cancellation: null, views: { ageMs: 0, ageMsMax: 5_000 }, channels };
}

/** The evaluation of a record's only message. */
function evaluate(over: Partial<Accepted>, given: RoutingFacts): GateEvaluation {
  const [evaluation] = evaluateGates(anAccepted({ channels: ["EMAIL"], ...over }), given, noon);
  if (!evaluation) throw new Error("no evaluation");
  return evaluation;
}

describe("the evaluation of a record", () => {
  test("has one evaluation for each channel", () => {
    const given = {
      ...facts(),
      channels: new Map([...facts().channels, ["PUSH", { ...openChannel, to: "none" }]] as const),
    };
    const evaluations = evaluateGates(anAccepted({ channels: ["EMAIL", "PUSH"] }), given, noon);
    expect(evaluations.map(({ message, result }) => `${message.channel} ${result.verdict}`)).toEqual([
      "EMAIL PASS",
      "PUSH DROP",
    ]);
  });
});

describe("the evaluation of a message", () => {
  test("passes an open channel, with every gate in its trace and the template pinned", () => {
    const { result, trace, template, locale, addressHash } = evaluate({}, facts());
    expect(result.verdict).toBe("PASS");
    expect(trace.map(({ gate }) => gate)).toEqual(gateNames);
    expect({ template, locale, addressHash }).toEqual({
      template: openChannel.template,
      locale: "en-US",
      addressHash: "v1:k:00",
    });
  });

  test("is decided by the first gate that drops, and still asks those behind it", () => {
    const blocked = { template: undefined, to: [aTarget(aSuppression())] } as const;
    const { gate, result, trace } = evaluate({}, facts(blocked));
    expect([gate, result.verdict]).toEqual(["template", "DROP"]);
    expect(trace.find((one) => one.gate === "suppression")?.verdict).toBe("DROP");
  });

  test("drops on a channel without any facts", () => {
    const { result } = evaluate({ channels: ["SMS"] }, facts());
    expect(result).toMatchObject({ verdict: "DROP", reason: "COMMS_NO_TEMPLATE" });
  });

  test("has expiry before all others", () => {
    const { gate, result } = evaluate({ expires_at: noon - 1 }, facts(undefined));
    expect(gate).toBe("expiry");
    expect(result).toMatchObject({ verdict: "DROP", reason: "COMMS_EXPIRED" });
  });
});

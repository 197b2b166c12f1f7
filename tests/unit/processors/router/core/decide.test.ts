import { describe, expect, test } from "vitest";
import { applyDedupe, decideRouting } from "#processors/router/core/decide.ts";
import type { ChannelFacts, RoutingFacts } from "#processors/router/core/facts.ts";
import type { Channel } from "#shared/contracts/records.ts";
import { anAccepted, aPerson, noon, openChannel } from "#tests/support/policy/records.ts";

const facts: RoutingFacts = {
  person: aPerson(),
  flags: new Map(),
  channels: new Map<Channel, ChannelFacts>([
    ["EMAIL", openChannel],
    ["INAPP", { ...openChannel, address: "missing" }],
  ]),
};

describe("the decision on a record", () => {
  const evaluations = decideRouting(anAccepted({ channels: ["EMAIL", "INAPP"] }), facts, noon);

  test("has one evaluation for each channel", () => {
    expect(evaluations.map(({ message, result }) => `${message.channel} ${result.verdict}`)).toEqual([
      "EMAIL PASS",
      "INAPP DROP",
    ]);
  });

  test("lets the owner of its dedupe key pass, and says so", () => {
    const owners = new Map(evaluations.map(({ message }) => [message.msgId, message.msgId as string]));
    const [email] = applyDedupe(evaluations, owners);
    expect(email?.result.verdict).toBe("PASS");
    expect(email?.trace.at(-1)).toMatchObject({ gate: "dedupe", verdict: "PASS" });
  });

  test("drops a message whose key another holds", () => {
    const owners = new Map(evaluations.map(({ message }) => [message.msgId, "another"]));
    const [email] = applyDedupe(evaluations, owners);
    expect(email).toMatchObject({ gate: "dedupe", result: { verdict: "DROP", reason: "COMMS_DEDUPED" } });
  });

  test("leaves a dropped message as it is, since it claimed no key", () => {
    const owners = new Map(evaluations.map(({ message }) => [message.msgId, "another"]));
    expect(applyDedupe(evaluations, owners)[1]).toBe(evaluations[1]);
  });
});

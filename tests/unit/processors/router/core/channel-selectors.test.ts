import { describe, expect, test } from "vitest";
import { selectorOf } from "#processors/router/core/channel-selectors.ts";
import type { GateEvaluation, RoutingResult } from "#processors/router/core/gate-evaluation.ts";
import { messageOf } from "#processors/router/core/message.ts";
import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { drop, pass } from "#shared/domain/policy/gate-result.ts";
import { anAccepted } from "#tests/support/policy/records.ts";

const noConsent = drop("COMMS_CONSENT_MISSING", "no consent");
const suppressed = drop("COMMS_SUPPRESSED", "suppressed");

/** Runs the selector of an event; channels without a result pass. */
function select(over: Partial<Accepted>, results: Partial<Record<Channel, RoutingResult>> = {}): readonly string[] {
  const accepted = anAccepted(over);
  const evaluate = (channel: Channel): GateEvaluation => ({
    message: messageOf(accepted, channel),
    result: results[channel] ?? pass("open"),
    gate: "own",
    trace: [],
    template: undefined,
    locale: undefined,
    addressHash: null,
    tz: "UTC",
  });
  return selectorOf(accepted.cause_event)(accepted, evaluate).map(
    ({ message, result, gate }) => `${message.channel} ${result.verdict} ${gate}`,
  );
}

describe("an event that uses every channel [PRF-08]", () => {
  const channels: Channel[] = ["SMS", "PUSH", "SMS"];

  test("takes each channel once", () => {
    expect(select({ channels })).toEqual(["SMS PASS own", "PUSH PASS own"]);
  });

  test.each<[string, Partial<Record<Channel, RoutingResult>>, readonly string[]]>([
    ["by email", {}, ["EMAIL BYPASS decider"]],
    ["by in-app if email is closed", { EMAIL: suppressed }, ["INAPP BYPASS decider"]],
    ["by nothing if both are closed", { EMAIL: suppressed, INAPP: suppressed }, []],
  ])("a critical text without consent falls back %s", (_, results, fallback) => {
    const lines = select({ channels: ["SMS"], critical: true }, { SMS: noConsent, ...results });
    expect(lines).toEqual(["SMS DROP own", ...fallback]);
  });

  test("a text that is not critical does not fall back", () => {
    expect(select({ channels: ["SMS"] }, { SMS: noConsent })).toEqual(["SMS DROP own"]);
  });

  test("a critical text that is dropped for another reason does not fall back", () => {
    expect(select({ channels: ["SMS"], critical: true }, { SMS: suppressed })).toEqual(["SMS DROP own"]);
  });

  test("a critical text does not fall back beside an email of its own", () => {
    expect(select({ channels: ["SMS", "EMAIL"], critical: true }, { SMS: noConsent })).toEqual([
      "SMS DROP own",
      "EMAIL PASS own",
    ]);
  });
});

describe("an event that uses the first open channel [RTR-01]", () => {
  const code = { cause_event: "security.code_requested", critical: true };
  const channels: Channel[] = ["SMS", "EMAIL", "INAPP"];

  test.each<[string, Partial<Record<Channel, RoutingResult>>, readonly string[]]>([
    ["all are open", {}, ["SMS PASS own"]],
    ["the first is suppressed", { SMS: suppressed }, ["SMS DROP own", "EMAIL PASS own"]],
    ["the first lacks a consent", { SMS: noConsent }, ["SMS DROP own", "EMAIL BYPASS decider"]],
    [
      "none is open",
      { SMS: suppressed, EMAIL: suppressed, INAPP: suppressed },
      ["SMS DROP own", "EMAIL DROP own", "INAPP DROP own"],
    ],
  ])("stops at it if %s", (_, results, expected) => {
    expect(select({ ...code, channels }, results)).toEqual(expected);
  });
});

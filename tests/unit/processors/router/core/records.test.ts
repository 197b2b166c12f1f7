import { describe, expect, test } from "vitest";
import type { GateEvaluation } from "#processors/router/core/gate-evaluation.ts";
import { messageOf } from "#processors/router/core/message.ts";
import { decisionOf, digestItemOf, routedOf, scheduleItemOf } from "#processors/router/core/records.ts";
import type { Accepted } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { anAccepted, noon } from "#tests/support/policy/records.ts";

const accepted = anAccepted({ round: 2, lane: "BULK", channels: ["EMAIL", "SMS"], expires_at: noon + 99 });

const common = {
  message: messageOf(accepted, "EMAIL"),
  gate: "quiet_hours",
  trace: [{ gate: "expiry", verdict: "PASS", reason: null, detail: "never" }],
  template: { version: 7, locales: ["en-US"] },
  locale: "es-US",
  addressHash: "v1:k:00",
  tz: "America/New_York",
} satisfies Omit<GateEvaluation, "result">;

const causationId = deriveId("decision", common.message.msgId, "router", 2);

describe("the decision record", () => {
  test("of a bypass is a pass with the bypass as its reason", () => {
    const result = { verdict: "BYPASS", reason: "critical_override", detail: "critical" } as const;
    expect(decisionOf(accepted, { ...common, result }, noon)).toMatchObject({
      decision_id: causationId,
      verdict: "PASS",
      reason: "critical_override",
      due_at: null,
      round: 2,
      template_version: 7,
      trace: common.trace,
    });
  });

  test("of a pass has no reason, and of a deferral has its due time", () => {
    expect(decisionOf(accepted, { ...common, result: { verdict: "PASS", detail: "" } }, noon).reason).toBeNull();
    const result = {
      verdict: "DEFER",
      kind: "pause",
      reason: "COMMS_CHANNEL_DISABLED",
      dueAt: noon + 5,
      detail: "",
    } as const;
    expect(decisionOf(accepted, { ...common, result }, noon).due_at).toBe(noon + 5);
  });
});

describe("what follows from a decision", () => {
  test("a message on its way names its decision, and pins version, locale and address", () => {
    expect(routedOf(accepted, { ...common, result: { verdict: "PASS", detail: "" } }, noon)).toMatchObject({
      causation_id: causationId,
      template_version: 7,
      locale: "es-US",
      address_hash: "v1:k:00",
      lane: "BULK",
      round: 2,
    });
  });

  test("a deferred one comes back alone on its channel, one round on, to the topic of its lane", () => {
    const result = {
      verdict: "DEFER",
      kind: "quiet_hours",
      reason: "COMMS_QUIET_HOURS",
      dueAt: noon + 5,
      detail: "",
    } as const;
    const encode = (topic: string, value: object) => Buffer.from(JSON.stringify({ topic, value }));
    const item = scheduleItemOf(accepted, { ...common, result }, { now: noon, encode });
    expect(item).toMatchObject({
      kind: "quiet_hours",
      due_at: noon + 5,
      expires_at: noon + 99,
      target_topic: "comms.accepted.bulk",
    });
    const released = (JSON.parse(item.payload.toString()) as { topic: string; value: Accepted }).value;
    expect(released).toMatchObject({
      channels: ["EMAIL"],
      round: 3,
      template_version: 7,
      msg_id: common.message.msgId,
    });
    expect(released.accepted_id).not.toBe(accepted.accepted_id);
  });

  test("a collected one is an item with an id of its cadence and message", () => {
    const result = {
      verdict: "DIGEST",
      reason: "COMMS_DIGESTED",
      cadence: "messages.daily_digest",
      detail: "",
    } as const;
    expect(digestItemOf(accepted, { ...common, result }, noon)).toMatchObject({
      item_id: deriveId("digest-item", "messages.daily_digest", common.message.msgId),
      tz: "America/New_York",
      channel: "EMAIL",
    });
  });
});

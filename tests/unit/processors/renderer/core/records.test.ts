import { describe, expect, test } from "vitest";
import { refusalOutputs, sendOutputs } from "#processors/renderer/core/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { routed } from "../builders.ts";

const receipt = { ref: "default/m/h", hash: "h", bytes: 12 };

describe("the records of a rendered message", () => {
  test.each([
    { channel: "SMS", lane: "EXPRESS", topic: "comms.send.sms" },
    { channel: "EMAIL", lane: "BULK", topic: "comms.send.email.bulk" },
    { channel: "INAPP", lane: "BULK", topic: "comms.send.inapp.bulk" },
  ] as const)("$channel in lane $lane goes to $topic, after its rendered record", ({ channel, lane, topic }) => {
    const outputs = sendOutputs(routed({ channel, lane }), receipt, 7);
    expect(outputs.map((output) => [output.topic, output.key])).toEqual([
      ["comms.rendered", "default/ada"],
      [topic, "default/ada"],
    ]);
  });

  test("name the artifact and the router's decision, and begin with the first attempt", () => {
    const given = routed({ round: 2 });
    const [rendered, send] = sendOutputs(given, receipt, 7).map((output) => ("value" in output ? output.value : null));
    const causation_id = deriveId("decision", given.msg_id, "router", 2);
    expect(rendered).toMatchObject({ artifact_ref: receipt.ref, content_hash: "h", content_bytes: 12, causation_id });
    expect(send).toMatchObject({ artifact_ref: receipt.ref, attempt: 1, queued_at: 7, causation_id, recorded_at: 7 });
  });

  test("of one that cannot be rendered are one decision, with an id of its round", () => {
    const refusal = { gate: "variables", reason: "COMMS_TEMPLATE_MISSING_VAR", detail: "lacks name" } as const;
    const [first] = refusalOutputs(routed(), refusal, 7);
    const [again] = refusalOutputs(routed(), refusal, 9);
    const [later] = refusalOutputs(routed({ round: 1 }), refusal, 9);
    const idOf = (output: typeof first) =>
      output && "value" in output ? Reflect.get(output.value ?? {}, "decision_id") : null;
    expect(first).toMatchObject({
      topic: "comms.decisions",
      value: { verdict: "DROP", reason: refusal.reason, stage: "renderer" },
    });
    expect(idOf(again)).toBe(idOf(first));
    expect(idOf(later)).not.toBe(idOf(first));
  });
});

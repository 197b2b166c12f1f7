import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import { createMetrics } from "#shared/platform/telemetry/metrics.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { countOutput, exposeDeadLetters, reportRecord } from "#shared/runtime/records/record-telemetry.ts";

function recording(level = "info"): { telemetry: Telemetry; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { telemetry: { metrics: createMetrics(), log }, lines };
}

const origin: InRecord = {
  topic: "comms.routed",
  partition: 2,
  offset: 7,
  key: null,
  value: null,
  headers: {},
  timestamp: 0,
};

const spanOf = (traceId: string) => ({ traceId, end: () => {} });

describe("what a record leaves behind [HLT-06]", () => {
  it("is one line with its ids and none of its values", () => {
    const { telemetry, lines } = recording();
    const value = {
      tenant_id: "default",
      event_id: "e",
      msg_id: "m",
      correlation_id: "c",
      payload: "canary@example.com",
      user_id: "canary",
    };
    const record: DecodedRecord<unknown> = { value, origin, topic: "comms.routed" };
    reportRecord(telemetry, "renderer", {
      record,
      outcome: { kind: "drop", reason: "COMMS_EXPIRED", outputs: [] },
      durationMs: 12,
      span: spanOf("t"),
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      stage: "renderer",
      partition: 2,
      offset: 7,
      outcome: "drop",
      reason: "COMMS_EXPIRED",
      msg_id: "m",
      correlation_id: "c",
      trace_id: "t",
    });
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  it.each([
    ["info", 0],
    ["debug", 1],
  ])("is no line of its own at level %s where all went well: its batch has one [HLT-06]", (level, count) => {
    const { telemetry, lines } = recording(level);
    const value = { event_id: "e", msg_id: "m", payload: "canary@example.com" };
    const record: DecodedRecord<unknown> = { value, origin, topic: "comms.routed" };
    const outcome = { kind: "emit", outputs: [] } as const;
    reportRecord(telemetry, "renderer", { record, outcome, durationMs: 3, span: spanOf("t") });
    expect(lines).toHaveLength(count);
    const line = { stage: "renderer", topic: "comms.routed", offset: 7, outcome: "emit", msg_id: "m", event_id: "e" };
    for (const one of lines) expect(one).toMatchObject({ ...line, duration_ms: 3, trace_id: "t" });
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  it("says of a rejected record why, with what it takes to find its request and its trace [HLT-06]", () => {
    const { telemetry, lines } = recording();
    const reject = {
      kind: "deadLetter",
      reason: "COMMS_POISON",
      message: "The value ends inside of its field",
    } as const;
    const undecoded: DecodedRecord<unknown> = { value: undefined, origin, topic: "comms.routed" };
    const value = { correlation_id: "corr-2", user_id: "canary" };
    const decoded: DecodedRecord<unknown> = { value, origin, topic: "comms.routed" };
    for (const record of [undecoded, decoded])
      reportRecord(telemetry, "renderer", { record, outcome: reject, durationMs: 1, span: spanOf("trace-1") });
    expect(lines).toMatchObject([
      { outcome: "reject", reason: "COMMS_POISON", message: reject.message, trace_id: "trace-1", offset: 7 },
      { outcome: "reject", message: reject.message, trace_id: "trace-1", correlation_id: "corr-2" },
    ]);
    expect(JSON.stringify(lines)).not.toContain("canary");
  });
});

describe("what a stage counts of unusable records", () => {
  it("stands at 0 before the first, so that a rule sees one", async () => {
    const { telemetry } = recording();
    exposeDeadLetters(telemetry, "materializer", ["comms.tokens", "comms.feedback"]);
    const text = await telemetry.metrics.text();
    for (const topic of ["comms.tokens", "comms.feedback"])
      for (const reason of ["COMMS_POISON", "COMMS_PAYLOAD_TOO_LARGE", "COMMS_INVALID_EVENT"])
        expect(text).toContain(`comms_dead_letters_total{stage="materializer",topic="${topic}",reason="${reason}"} 0`);
    expect(text).toContain('comms_set_aside_total{stage="materializer",topic="comms.tokens",source="unknown"} 0');
    expect(text).not.toContain('comms_set_aside_total{stage="materializer",topic="comms.feedback"');
  });
});

describe("what an output leaves behind", () => {
  it("counts decisions, reports and the objectives' times off what is written, with a bucket at each objective", async () => {
    const { telemetry } = recording();
    const { metrics } = telemetry;
    const write = (topic: string, value: object) => countOutput(telemetry, { topic, key: "k", value } as Output);
    write("comms.decisions", {
      gate: "suppression",
      verdict: "DROP",
      reason: "COMMS_SUPPRESSED",
      channel: "EMAIL",
    });
    write("comms.feedback", {
      channel: "SMS",
      provider: "twilio",
      status: "SENT",
      origin: "SENDER",
      queued_at: 0,
      recorded_at: 500,
    });
    write("comms.send.email", { channel: "EMAIL", attempt: 1, queued_at: 120, occurred_at: 0 });
    expect(
      await metrics.read("comms_decisions_total", {
        gate: "suppression",
        verdict: "DROP",
        reason: "COMMS_SUPPRESSED",
        channel: "email",
      }),
    ).toBe(1);
    expect(await metrics.read("comms_messages_total", { channel: "sms", provider: "twilio", status: "SENT" })).toBe(1);
    const text = await metrics.text();
    expect(text).toContain('comms_event_to_queue_seconds_bucket{le="0.15",channel="email"} 1');
    expect(text).toContain('comms_queue_to_provider_seconds_bucket{le="1",channel="sms"} 1');
  });

  it("does not count a retry as a second way to the queue", async () => {
    const { telemetry } = recording();
    countOutput(telemetry, {
      topic: "comms.send.email",
      key: "k",
      value: { channel: "EMAIL", attempt: 2, queued_at: 1, occurred_at: 0 },
    } as Output);
    expect(await telemetry.metrics.text()).not.toContain("comms_event_to_queue_seconds_bucket{");
  });
});

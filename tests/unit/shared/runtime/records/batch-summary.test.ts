import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { BatchSummary } from "#shared/runtime/records/batch-summary.ts";
import type { RecordEnd } from "#shared/runtime/records/record-end.ts";

const sent: Outcome = { kind: "emit", outputs: [] };
const dropped: Outcome = { kind: "drop", reason: "COMMS_EXPIRED", outputs: [] };
const unusable: Outcome = { kind: "deadLetter", reason: "COMMS_POISON", message: "canary" };

function end(n: number, outcome: Outcome, durationMs = 1): RecordEnd {
  const origin = {
    topic: "t.comms.routed",
    partition: 2,
    offset: n,
    key: null,
    value: null,
    headers: {},
    timestamp: 0,
  };
  const value = { tenant_id: "default", event_id: `e${n}`, msg_id: `m${n}`, user_id: "canary", payload: "canary" };
  return {
    record: { value, origin, topic: "comms.routed" },
    outcome,
    durationMs,
    span: { traceId: `trace-${n}`, end: () => {} },
  };
}

function batchOf(records: number) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { batch: new BatchSummary("renderer", log, records), lines };
}

describe("the line of a batch [HLT-06]", () => {
  it("has its outcomes, its slowest record and its traces, once the last record has left", () => {
    const { batch, lines } = batchOf(4);
    batch.add(end(1, sent));
    batch.add(end(2, dropped, 70));
    batch.add(end(3, sent, 9));
    expect(lines).toEqual([]);
    batch.add(end(4, unusable, 2));
    const { time: _time, level, ...line } = lines[0] ?? {};
    expect(level).toBe(30);
    expect(line).toEqual({
      stage: "renderer",
      records: 4,
      outcomes: { emit: 2, drop: 1, reject: 1 },
      slowest: {
        topic: "comms.routed",
        partition: 2,
        offset: 2,
        tenant_id: "default",
        event_id: "e2",
        msg_id: "m2",
        duration_ms: 70,
        trace_id: "trace-2",
      },
      trace_ids: ["trace-1", "trace-2", "trace-3", "trace-4"],
    });
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  it("counts what has left without being done, and needs no record that was", () => {
    const { batch, lines } = batchOf(2);
    batch.release();
    batch.release();
    expect(lines).toMatchObject([{ stage: "renderer", records: 2, outcomes: {}, released: 2, trace_ids: [] }]);
    expect(lines[0]).not.toHaveProperty("slowest");
  });

  it("has no more than eight traces, each once", () => {
    const { batch, lines } = batchOf(500);
    for (let n = 0; n < 500; n++) batch.add(end(n < 2 ? 0 : n, sent));
    expect(lines[0]?.["trace_ids"]).toEqual([0, 2, 3, 4, 5, 6, 7].map((n) => `trace-${n}`));
    expect(JSON.stringify(lines[0]).length).toBeLessThan(1_000);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import { startTracing, type Tracing } from "#shared/platform/telemetry/start-tracing.ts";
import { startRecordSpan } from "#shared/platform/telemetry/tracing.ts";

let tracing: Tracing;
beforeAll(() => {
  tracing = startTracing({ url: undefined, version: "test" });
});
afterAll(() => tracing.close());

const record = (headers: InRecord["headers"]): InRecord => ({
  topic: "comms.events",
  partition: 0,
  offset: 1,
  key: null,
  value: null,
  timestamp: 0,
  headers,
});
const parentOf = (headers: InRecord["headers"]) => String(headers["traceparent"]).split("-");

describe("the trace of a message", () => {
  it("begins where a record brings none", () => {
    const span = startRecordSpan("intake", "comms.events", record({}));
    expect(parentOf(span.headers)).toEqual(["00", span.traceId, expect.stringMatching(/^[0-9a-f]{16}$/), "00"]);
  });

  it("goes on from topic to topic under one id, each stage with a span of its own", () => {
    const first = startRecordSpan("intake", "comms.events", record({}));
    const second = startRecordSpan("router", "comms.accepted", record(first.headers));
    expect(second.traceId).toBe(first.traceId);
    expect(parentOf(second.headers)[2]).not.toBe(parentOf(first.headers)[2]);
  });

  it("takes up a producer's own trace, with its state", () => {
    const traceparent = Buffer.from("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const span = startRecordSpan(
      "intake",
      "comms.events",
      record({ traceparent, tracestate: Buffer.from("vendor=1") }),
    );
    expect(span.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(span.headers["tracestate"]?.toString()).toBe("vendor=1");
  });
});

import { describe, expect, it } from "vitest";
import { RequestSummary, summaryEveryMs } from "#gateway/http/request-summary.ts";
import { tracesMax } from "#shared/runtime/records/batch-summary.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

const route = "/webhooks/ses";
const line = { method: "POST", route, status: 200, duration_ms: 3, trace_id: "t-1" };

function summarising(isDebug = false) {
  const lines: object[] = [];
  const log = {
    isLevelEnabled: () => isDebug,
    info: (fields: object) => lines.push(fields),
    debug: (fields: object) => lines.push({ level: "debug", ...fields }),
  };
  const clock = createManualClock();
  return { lines, clock, summary: new RequestSummary(log as never, clock) };
}

describe("the line of plain requests", () => {
  it("is one a route for a second, with how many, the slowest and their traces", async () => {
    const { lines, clock, summary } = summarising();
    summary.add(line);
    summary.add({ ...line, duration_ms: 7, trace_id: "t-2", provider_event_id: "p-2" });
    summary.add({ ...line, status: 204, trace_id: "t-1" });
    summary.add({ ...line, route: "/webhooks/twilio/status", status: 204 });
    await clock.advance(summaryEveryMs - 1);
    expect(lines).toEqual([]);
    await clock.advance(1);
    expect(lines).toEqual([
      {
        stage: "gateway",
        method: "POST",
        route,
        requests: 3,
        statuses: { 200: 2, 204: 1 },
        slowest: { status: 200, duration_ms: 7, trace_id: "t-2", provider_event_id: "p-2" },
        trace_ids: ["t-1", "t-2"],
      },
      expect.objectContaining({ route: "/webhooks/twilio/status", requests: 1 }),
    ]);
  });

  it("begins again after a second, and sets no timer while nothing comes", async () => {
    const { lines, clock, summary } = summarising();
    summary.add(line);
    await clock.advance(summaryEveryMs);
    expect(clock.sleeping).toBe(0);
    summary.add(line);
    expect(clock.sleeping).toBe(1);
    await clock.advance(summaryEveryMs);
    expect(lines).toMatchObject([{ requests: 1 }, { requests: 1 }]);
  });

  it("is written at once when the server stops, and not again", async () => {
    const { lines, clock, summary } = summarising();
    summary.add(line);
    summary.flush();
    expect(clock.sleeping).toBe(0);
    await clock.advance(summaryEveryMs);
    expect(lines).toMatchObject([{ requests: 1 }]);
  });

  it("names so many traces and no more", () => {
    const { lines, summary } = summarising();
    for (let at = 0; at < tracesMax + 5; at++) summary.add({ ...line, trace_id: `t-${at}` });
    summary.flush();
    expect((lines[0] as { trace_ids: readonly string[] }).trace_ids).toHaveLength(tracesMax);
  });

  it("stands beside a line each at debug", () => {
    const { lines, summary } = summarising(true);
    summary.add(line);
    expect(lines).toEqual([{ level: "debug", stage: "gateway", ...line }]);
  });
});

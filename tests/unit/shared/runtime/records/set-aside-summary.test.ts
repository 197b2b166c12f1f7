import { describe, expect, it } from "vitest";
import { createMetrics } from "#shared/platform/telemetry/metrics.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { type SetAside, SetAsideSummary } from "#shared/runtime/records/set-aside-summary.ts";

function bench() {
  const lines: { readonly fields: Record<string, unknown>; readonly text: string }[] = [];
  const log = { warn: (fields: Record<string, unknown>, text: string) => lines.push({ fields, text }) };
  const metrics = createMetrics();
  const summary = new SetAsideSummary({ stage: "intake", telemetry: { metrics, log } as unknown as Telemetry });
  return { lines, metrics, summary };
}

const one = (offset: number, source = "", reason = "COMMS_POISON"): SetAside => ({
  topic: "comms.events",
  record: { partition: 1, offset, headers: source === "" ? {} : { ce_source: Buffer.from(source) } },
  reason,
  message: "The value has no frame",
  ids: { traceId: `trace-${offset}`, ...(offset === 29 && { correlationId: "c-29", requestId: "r-29" }) },
});

describe("what a stage says of others' garbage", () => {
  it("is one line for thirty records, with their number, their sources, where they begin and end, and by which ids [HLT-06]", () => {
    const { lines, summary } = bench();
    for (let at = 0; at < 30; at++) summary.add(one(at, at % 2 ? "/shop" : ""), at * 100);
    for (let now = 0; now <= 60_000; now += 1_000) summary.flush(now);
    expect(lines).toEqual([
      {
        fields: {
          stage: "intake",
          topic: "comms.events",
          code: "COMMS_POISON",
          count: 30,
          sources: ["unknown", "/shop"],
          first: { partition: 1, offset: 0, trace_id: "trace-0" },
          last: { partition: 1, offset: 29, correlation_id: "c-29", request_id: "r-29", trace_id: "trace-29" },
        },
        text: "30 records were set aside; of the first: The value has no frame",
      },
    ]);
  });

  it("is a line a minute while it goes on, one for each reason, and the rest at the end", () => {
    const { lines, summary } = bench();
    for (let now = 0; now < 120_000; now += 1_000) {
      summary.add(one(now), now);
      summary.flush(now);
    }
    expect(lines).toHaveLength(2);
    summary.add(one(1, "", "COMMS_PAYLOAD_TOO_LARGE"), 120_000);
    summary.flush(120_000, true);
    expect(lines.map(({ fields }) => fields["count"])).toEqual([6, 60, 54, 1]);
  });

  it("counts by source, as many as may be a series each, and no name that could be an address", async () => {
    const { metrics, summary } = bench();
    const count = (source: string) =>
      metrics.read("comms_set_aside_total", { stage: "intake", topic: "comms.events", source });
    for (let at = 0; at < 200; at++) summary.add(one(at, `/team-${at}`), 0);
    summary.add(one(1, "mira@example.com"), 0);
    summary.add(one(1, "/team-0"), 0);
    expect([await count("/team-0"), await count("other"), await count("unknown")]).toEqual([2, 150, 1]);
  });
});

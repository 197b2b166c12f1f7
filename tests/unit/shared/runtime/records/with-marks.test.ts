import { describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { withMarks } from "#shared/runtime/records/with-marks.ts";

const done: Outcome = { kind: "emit", outputs: [] };
const record = (topic: TopicName, offset: number, from?: string): DecodedRecord<unknown> => ({
  topic,
  value: null,
  origin: {
    topic: `t.${topic}`,
    partition: 1,
    offset,
    key: null,
    value: null,
    headers: from === undefined ? {} : { "comms-from": Buffer.from(from) },
    timestamp: 0,
  },
});

function aSink(apply: SinkProcessor["apply"]): SinkProcessor {
  return { kind: "sink", name: "projector", inputs: ["comms.decisions"], apply };
}

describe("a sink whose books are kept", () => {
  it("marks what it has applied and what led to it, after it was applied, and returns its outcomes", async () => {
    const steps: unknown[] = [];
    const sink = withMarks(
      aSink(async (batch) => {
        steps.push("applied");
        return batch.map(() => done);
      }),
      async (places) => void steps.push(places),
    );
    const batch = [record("comms.decisions", 4, "comms.accepted/0/9 comms.events/2/3"), record("comms.suppression", 5)];
    expect(await sink.apply(batch, 0)).toEqual([done, done]);
    expect(steps).toEqual([
      "applied",
      [
        { topic: "comms.decisions", partition: 1, offset: 4 },
        { topic: "comms.accepted", partition: 0, offset: 9 },
        { topic: "comms.events", partition: 2, offset: 3 },
      ],
    ]);
  });

  it("marks nothing that was not applied, and is done with nothing that was not marked", async () => {
    const outage = new Error("away");
    let marks = 0;
    const unapplied = withMarks(
      aSink(async () => {
        throw outage;
      }),
      async () => void marks++,
    );
    await expect(unapplied.apply([record("comms.decisions", 1)], 0)).rejects.toBe(outage);
    expect(marks).toBe(0);
    const unmarked = withMarks(
      aSink(async (batch) => batch.map(() => done)),
      async () => {
        throw outage;
      },
    );
    await expect(unmarked.apply([record("comms.decisions", 1)], 0)).rejects.toBe(outage);
  });
});

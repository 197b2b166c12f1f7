import { describe, expect, it } from "vitest";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { envelope } from "#shared/runtime/outputs/envelope.ts";

const trace = { traceparent: Buffer.from("00-1-2-01"), tracestate: Buffer.from("a=b") };
const record = {
  topic: "t.comms.accepted",
  partition: 2,
  offset: 41,
  key: null,
  value: null,
  headers: {},
  timestamp: 0,
};
const now = Date.UTC(2027, 2, 14, 17, 30);

function headersOn(topic: string, change: Partial<Parameters<typeof envelope>[0]> = {}) {
  const value = Buffer.from("v");
  const of = { stage: "router", topic, key: "default/zoë", value, now, cause: { record, index: 1 }, trace, ...change };
  return Object.fromEntries(Object.entries(envelope(of)).map(([name, header]) => [name, String(header)]));
}

const id = "db446282-37d9-5774-adeb-425134d5190e";
const tracing = { traceparent: "00-1-2-01", tracestate: "a=b" };

describe("the headers of a record", () => {
  it("are its id and the trace where one stage alone writes the topic", () => {
    expect(headersOn("comms.routed")).toEqual({ ce_id: id, ...tracing });
  });

  it("say who wrote it where several stages write the topic", () => {
    expect(headersOn("comms.accepted")).toEqual({ ce_id: id, ce_source: "/carillon/router", ...tracing });
  });

  it("are all of CloudEvents where others read the topic", () => {
    expect(headersOn("comms.decisions")).toEqual({
      ce_specversion: "1.0",
      ce_id: id,
      ce_source: "/carillon/router",
      ce_type: "comms.decisions",
      ce_subject: "default/zoë",
      ce_time: "2027-03-14T17:30:00.000Z",
      "content-type": "application/avro",
      ...tracing,
    });
  });

  it.each(Object.keys(topicRecords) as TopicName[])("are an id and the trace at least, on %s", (topic) => {
    expect(headersOn(topic)).toMatchObject({ ce_id: id, ...tracing });
  });
});

describe("the id of a record", () => {
  const idOf = (change: Partial<Parameters<typeof envelope>[0]>) => headersOn("comms.decisions", change)["ce_id"];

  it("follows from the record that led to it, and from its place among the outputs, and not from the time", () => {
    expect(idOf({ now: 0, stage: "other" })).toBe(id);
    expect(idOf({ cause: { record, index: 2 } })).not.toBe(id);
    expect(idOf({ cause: { record: { ...record, offset: 42 }, index: 1 } })).not.toBe(id);
  });

  it("follows, where no record led to it, from topic, key, time and value", () => {
    const of = { stage: "s", topic: "comms.decisions", key: "k", value: Buffer.from("v") as Buffer | null, now, trace };
    const due = (change: Partial<typeof of>) => String(envelope({ ...of, ...change })["ce_id"]);
    const first = due({});
    expect(due({})).toBe(first);
    const others = [
      due({ key: "l" }),
      due({ now: now + 1 }),
      due({ value: Buffer.from("w") }),
      due({ value: null }),
      due({ topic: "comms.feedback" }),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });
});

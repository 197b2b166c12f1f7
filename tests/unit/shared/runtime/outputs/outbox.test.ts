import { describe, expect, it } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { recordSize } from "#shared/platform/kafka/record-size.ts";
import { Outbox } from "#shared/runtime/outputs/outbox.ts";
import { copyOf, eventOf, memoryCodec } from "#tests/support/shell-bench.ts";

const codec = await memoryCodec();
const outbox = new Outbox({ codec, prefix: "t.", stage: "intake" });
const span = { headers: { traceparent: Buffer.from("trace") }, traceId: "trace-1" };
const record: InRecord = {
  topic: "t.comms.events",
  partition: 1,
  offset: 7,
  key: Buffer.from("anna"),
  value: Buffer.from("in"),
  headers: {},
  timestamp: 0,
};

const output = (key: string) => ({ topic: "comms.rejected", key, value: copyOf(eventOf(key, key)) }) as const;
const emit = (...keys: string[]): Outcome => ({ kind: "emit", outputs: keys.map(output) });

function partsOf(outcomes: readonly Outcome[], { bytesMax = 1e6, isDecoded = true, now = 0 } = {}) {
  const completed = outcomes.map((outcome) => ({ record, value: isDecoded ? {} : undefined, outcome, span }));
  return [...outbox.parts(completed, now, bytesMax)];
}

describe("the outbox", () => {
  it("writes outputs in their order, with prefix, envelope and trace", () => {
    const [part = []] = partsOf([emit("a", "b"), emit("c")]);
    expect(part.map(({ topic, key }) => `${topic}/${String(key)}`)).toEqual([
      "t.comms.rejected/a",
      "t.comms.rejected/b",
      "t.comms.rejected/c",
    ]);
    expect(String(part[0]?.headers?.["ce_source"])).toBe("/carillon/intake");
    expect(String(part[0]?.headers?.["traceparent"])).toBe("trace");
  });

  it("gives the same output of the same record the same id again, and each output its own", () => {
    const ids = (now: number) =>
      partsOf([emit("a", "b")], { now })[0]?.map(({ headers }) => String(headers?.["ce_id"]));
    expect(ids(0)).toEqual(ids(9_000));
    expect(new Set(ids(0)).size).toBe(2);
  });

  it("gives two records that a job writes for one key in one millisecond an id each", () => {
    const valueOf = (id: string) =>
      ({ topic: "comms.rejected", key: "anna", value: copyOf(eventOf("anna", id)) }) as const;
    const idOf = (id: string) => String(outbox.one(valueOf(id), 5, { span }).headers?.["ce_id"]);
    expect(idOf("a")).toBe(idOf("a"));
    expect(idOf("a")).not.toBe(idOf("b"));
  });

  it("closes a part once it holds the bytes given, and makes none that is empty", () => {
    const whole = partsOf([emit("a", "b", "c")])[0] ?? [];
    const bytesMax = recordSize(whole[0] as (typeof whole)[number]) + 1;
    expect(partsOf([emit("a", "b", "c")], { bytesMax }).map((part) => part.length)).toEqual([2, 1]);
    expect(partsOf([emit("a", "b")], { bytesMax }).map((part) => part.length)).toEqual([2]);
    expect(partsOf([emit()])).toEqual([]);
  });

  it("leaves the headers of a dead letter as its writer set them, all of them or few", () => {
    const outcome: Outcome = { kind: "deadLetter", reason: "COMMS_POISON", message: "no" };
    const few = { ce_id: Buffer.from("id-1"), traceparent: Buffer.from("trace") };
    for (const headers of [
      { ...few, ce_source: Buffer.from("/carillon/x"), ce_type: Buffer.from("comms.routed") },
      few,
    ]) {
      const [part = []] = [...outbox.parts([{ record: { ...record, headers }, value: {}, outcome, span }], 0, 1e6)];
      const own = Object.entries(part[0]?.headers ?? {}).filter(([name]) => !/^(comms-|__connect)/.test(name));
      expect(Object.fromEntries(own)).toEqual(headers);
    }
  });

  it.each([
    { name: "undecoded", isDecoded: false, stage: "DECODE" },
    { name: "decoded", isDecoded: true, stage: "DECIDE" },
  ])("writes the dead letter of a record that was $name", ({ isDecoded, stage }) => {
    const outcome: Outcome = { kind: "deadLetter", reason: "COMMS_POISON", message: "no" };
    const [letter] = partsOf([outcome], { isDecoded })[0] ?? [];
    expect(letter).toMatchObject({ topic: "t.comms.intake.dlq", key: record.key, value: record.value });
    expect(String(letter?.headers?.["__connect.errors.stage"])).toBe(stage);
  });

  it("writes a dead letter with the ids of its trace and of what led to it, where they are known [HLT-06]", () => {
    const outcome: Outcome = { kind: "deadLetter", reason: "COMMS_POISON", message: "no" };
    const headersOf = (value: unknown, headers: InRecord["headers"]) => {
      const [[letter] = []] = [...outbox.parts([{ record: { ...record, headers }, value, outcome, span }], 0, 1e6)];
      const names = ["comms-trace-id", "comms-correlation-id", "comms-request-id"];
      return names.map((name) => letter?.headers?.[name]?.toString());
    };
    expect(headersOf({ correlation_id: "c-1" }, { "x-request-id": Buffer.from("r-1") })).toEqual([
      "trace-1",
      "c-1",
      "r-1",
    ]);
    expect(headersOf(undefined, { "x-correlation-id": Buffer.from("c-2") })).toEqual(["trace-1", "c-2", undefined]);
    expect(headersOf(undefined, {})).toEqual(["trace-1", undefined, undefined]);
  });
});

describe("what the outbox says of where a record comes from", () => {
  const headerOf = (headers: InRecord["headers"] = {}) => String(headers["comms-from"] ?? "");

  it("is the topic without prefix, the partition and the offset of its cause", () => {
    const [part = []] = partsOf([emit("a", "b")]);
    expect(part.map(({ headers }) => headerOf(headers))).toEqual(["comms.events/1/7", "comms.events/1/7"]);
  });

  it("is nothing where a job writes it", () => {
    expect(headerOf(outbox.one(output("a"), 0, { span }).headers)).toBe("");
  });
});

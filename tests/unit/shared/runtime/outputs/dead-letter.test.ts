import { describe, expect, it } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import { deadLetter } from "#shared/runtime/outputs/dead-letter.ts";

const record: InRecord = {
  topic: "comms.events",
  partition: 3,
  offset: 42,
  key: Buffer.from([0xff, 0x00]),
  value: Buffer.from([1, 2, 3]),
  headers: { traceparent: Buffer.from("t"), twice: [Buffer.from("a"), Buffer.from("b")] },
  timestamp: 5,
};
const cause = {
  stage: "intake",
  reason: "COMMS_POISON",
  message: "The value is empty",
  at: "decode",
  now: 1_000,
  ids: { traceId: "trace-1" },
} as const;
const text = (headers: InRecord["headers"], name: string) => String(headers[name]);

describe("a dead letter", () => {
  it("keeps key, value and headers byte for byte, those that occur twice too", () => {
    const letter = deadLetter(record, cause);
    expect(letter.topic).toBe("comms.intake.dlq");
    expect(letter.key).toEqual(record.key);
    expect(letter.value).toEqual(record.value);
    expect(letter.headers).toMatchObject(record.headers);
  });

  it("says where it lay, in which stage it failed and why, as Kafka Connect does", () => {
    const { headers = {} } = deadLetter(record, cause);
    const texts = Object.fromEntries(Object.keys(headers).map((name) => [name, text(headers, name)]));
    expect(texts).toMatchObject({
      "__connect.errors.topic": "comms.events",
      "__connect.errors.partition": "3",
      "__connect.errors.offset": "42",
      "__connect.errors.stage": "DECODE",
      "__connect.errors.exception.class.name": "COMMS_POISON",
      "__connect.errors.exception.message": "The value is empty",
      "comms-error-code": "COMMS_POISON",
      "comms-error-retryable": "false",
      "comms-attempts": "1",
      "comms-first-failed-at": "1970-01-01T00:00:01.000Z",
      "comms-group": "comms.intake",
    });
  });

  it("remembers its first failure when it was given back and failed again", () => {
    const first = deadLetter(record, cause);
    const second = deadLetter({ ...record, headers: first.headers ?? {} }, { ...cause, now: 9_000 });
    expect(text(second.headers ?? {}, "comms-attempts")).toBe("2");
    expect(text(second.headers ?? {}, "comms-first-failed-at")).toBe("1970-01-01T00:00:01.000Z");
  });
});

import { describe, expect, it } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { decodeRecord } from "#shared/runtime/records/decode.ts";
import { decodeAndLearn } from "#shared/runtime/records/decode-and-learn.ts";

const call = <T>(work: () => Promise<T>) => work();
const poisoned = (message: string) => new AppError("COMMS_POISON", message, { retryable: false });

/** A codec that decodes each value to `decoded`, or throws what is given. */
function codecOf({ decode, learn }: { decode?: () => unknown; learn?: () => Promise<void> }): Codec {
  return { decode: decode ?? (() => "decoded"), learn: learn ?? (async () => {}) } as unknown as Codec;
}

function request(value: Buffer | null, codec: Codec, tombstones = false) {
  const record: InRecord = {
    topic: "t.comms.events",
    partition: 0,
    offset: 0,
    key: null,
    value,
    headers: {},
    timestamp: 0,
  };
  return { codec, topic: "comms.events", record, tombstones, bytesMax: 4 } as const;
}

const throwing = (error: unknown) => (): never => {
  throw error;
};
const fails = (error: unknown) => codecOf({ decode: throwing(error) });

describe("decoding a record", () => {
  it.each([
    { name: "a value", value: Buffer.from("1234"), codec: codecOf({}), kind: "decoded" },
    { name: "a null value on a stage topic", value: null, codec: codecOf({}), reason: "COMMS_POISON" },
    { name: "a large value", value: Buffer.from("12345"), codec: fails("unread"), reason: "COMMS_PAYLOAD_TOO_LARGE" },
    { name: "poison", value: Buffer.from("1"), codec: fails(poisoned("no")), reason: "COMMS_POISON" },
    { name: "an unknown schema", value: Buffer.from("1"), codec: fails({ schemaId: 7 }), kind: "learn" },
  ])("of $name", ({ value, codec, kind = "deadLetter", reason }) => {
    expect(decodeRecord(request(value, codec))).toMatchObject(reason ? { kind, reason } : { kind });
  });

  it("takes a null value for a tombstone where those are welcome", () => {
    expect(decodeRecord(request(null, codecOf({}), true))).toMatchObject({ kind: "decoded", record: { value: null } });
  });

  it("throws a programming error", () => {
    expect(() => decodeRecord(request(Buffer.from("1"), fails(new TypeError("ours"))))).toThrow("ours");
  });
});

describe("decoding with a registry", () => {
  it("learns the schema, then decodes", async () => {
    const learned: boolean[] = [];
    const codec = codecOf({
      decode: () => {
        if (learned.length === 0) throw { schemaId: 7 };
        return "decoded";
      },
      learn: async () => void learned.push(true),
    });
    const result = await decodeAndLearn(request(Buffer.from("1"), codec), call);
    expect(result).toMatchObject({ kind: "decoded", record: { value: "decoded" } });
    expect(learned).toHaveLength(1);
  });

  it("takes a schema that the registry does not know for poison, and throws on what is no answer", async () => {
    const unknown = codecOf({ decode: throwing({ schemaId: 7 }), learn: () => Promise.reject(poisoned("id 7")) });
    expect(await decodeAndLearn(request(Buffer.from("1"), unknown), call)).toMatchObject({ message: "id 7" });
    const away = codecOf({ decode: throwing({ schemaId: 7 }), learn: () => Promise.reject(new TypeError("ours")) });
    await expect(decodeAndLearn(request(Buffer.from("1"), away), call)).rejects.toThrow("ours");
  });
});

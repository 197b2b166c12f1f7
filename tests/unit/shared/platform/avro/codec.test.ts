import { randomUUID } from "node:crypto";
import avsc from "avsc";
import { beforeEach, describe, expect, test } from "vitest";
import type { Send } from "#shared/contracts/records.ts";
import { schemaOfTopic, schemaVersions } from "#shared/contracts/schema-files.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { canonicalSchema } from "#shared/platform/avro/canonical-schema.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { type Registry, subjectOf } from "#shared/platform/avro/registry.ts";
import { releasedSubject } from "#shared/platform/avro/released-schemas.ts";
import { refusalMs, unknownIdMs } from "#shared/platform/avro/schema-cache.ts";
import { UndecodableError, UnknownSchemaId } from "#shared/platform/avro/undecodable.ts";
import { AppError, codeOf } from "#shared/platform/errors/app-error.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";

const send: Send = {
  event_id: "e-1",
  occurred_at: 1_790_000_000_000,
  recorded_at: 1_790_000_000_500,
  tenant_id: "default",
  user_id: "u-1",
  msg_id: "m-1",
  correlation_id: "c-1",
  causation_id: "d-1",
  channel: "EMAIL",
  cause_event: "booking.confirmed",
  cause_ref: "b-1",
  template_name: "booking_confirmed_buyer",
  template_version: 1,
  category: "booking",
  critical: false,
  lane: "EXPRESS",
  locale: "de-DE",
  dedupe_key: "k-1",
  address_hash: null,
  artifact_ref: "a/1",
  content_hash: "00",
  attempt: 1,
  reopens: null,
  queued_at: 1_790_000_000_400,
  expires_at: null,
  received_at: 1_789_999_999_000,
};

let registry: Registry;
let codec: Codec;

async function register(topic: TopicName): Promise<number> {
  return registry.register(subjectOf("t.", topic), schemaOfTopic(topic));
}

beforeEach(async () => {
  registry = createMemoryRegistry();
  codec = createCodec({ registry, prefix: "t." });
  await register("comms.flags");
  await register("comms.send.email");
  await register("comms.decisions");
  await codec.warm(["comms.flags", "comms.send.email"]);
});

function stageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UndecodableError) return error.stage;
    throw error;
  }
  return "decoded";
}

const decode = (bytes: Buffer): unknown => codec.decode("comms.send.email", bytes);

describe("a record's way there and back", () => {
  test("keeps every value", () => {
    expect({ ...(decode(codec.encode("comms.send.email", send)) as Send) }).toEqual(send);
  });

  test("frames with a zero and the schema id, big-endian", () => {
    expect([...codec.encode("comms.send.email", send).subarray(0, 5)]).toEqual([0, 0, 0, 0, 2]);
  });

  test("fills a default that was left out", () => {
    const { attempt: _, ...rest } = send;
    expect(decode(codec.encode("comms.send.email", rest))).toMatchObject({ attempt: 1 });
  });

  test("holds for a value larger than the scratch buffer", () => {
    const large = { ...send, dedupe_key: "ä".repeat(100_000) };
    expect(decode(codec.encode("comms.send.email", large))).toMatchObject({ dedupe_key: large.dedupe_key });
  });

  test("keeps an honest U+FFFD and astral characters", () => {
    const odd = { ...send, locale: "\ufffd 😀 한국어" };
    expect(decode(codec.encode("comms.send.email", odd))).toMatchObject({ locale: odd.locale });
  });

  test.each(["\ud800", `${"x".repeat(70)}\udc00`])("writes a lone surrogate as U+FFFD", (text) => {
    const read = decode(codec.encode("comms.send.email", { ...send, locale: text }));
    expect(read).toMatchObject({ locale: text.toWellFormed() });
  });

  test("leaves earlier results alone when the next is written", () => {
    const first = codec.encode("comms.send.email", send);
    codec.encode("comms.send.email", { ...send, event_id: "e-2" });
    expect(decode(first)).toMatchObject({ event_id: "e-1" });
  });
});

describe("what cannot be decoded is poison, with its stage", () => {
  const good = (): Buffer => codec.encode("comms.send.email", send);

  test.each<[string, () => Buffer]>([
    ["empty", () => Buffer.alloc(0)],
    ["magic", () => Buffer.from([7])],
    ["magic", () => Buffer.concat([Buffer.from([1]), good().subarray(1)])],
    ["truncated", () => Buffer.from([0])],
    ["truncated", () => Buffer.from([0, 0, 0, 0])],
    ["truncated", () => good().subarray(0, 5)],
    ["truncated", () => good().subarray(0, 40)],
    ["truncated", () => good().subarray(0, -1)],
    ["trailing", () => Buffer.concat([good(), Buffer.from([0])])],
    ["utf8", () => swap(good(), "booking.confirmed", 0xff)],
    ["unknown-schema", () => Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1])],
    ["length", () => Buffer.from([0, 0, 0, 0, 2, 0x03])],
    ["symbol", () => Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.alloc(10 * 1024 * 1024, 0x42)])],
    ["long-range", () => Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.alloc(10 * 1024 * 1024, 0xff)])],
  ])("%s", (stage, bytes) => {
    const poison = bytes();
    expect(stageOf(() => decode(poison))).toBe(stage);
  });

  test("at every length shorter than the whole", () => {
    const whole = good();
    for (let length = 1; length < whole.length; length++) {
      expect(stageOf(() => decode(whole.subarray(0, length)))).toBe("truncated");
    }
  });

  test("names the field and the code, never the value", () => {
    const poison = swap(codec.encode("comms.send.email", { ...send, user_id: "secret-person" }), "secret-person", 0xff);
    const error = caught(() => decode(poison));
    expect(codeOf(error)).toBe("COMMS_POISON");
    expect(error.message).toContain("user_id");
    expect(error.message).not.toContain("secret");
  });

  test("another topic's record", () => {
    const flag = codec.encode("comms.flags", { name: "a", value: "1", updated_by: "x", updated_at: 1 });
    expect(stageOf(() => decode(flag))).toBe("wrong-schema");
    expect(stageOf(() => decode(flag))).toBe("wrong-schema");
  });
});

describe("learning a schema id", () => {
  const stranger = (id: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(id, 1);
    return Buffer.concat([head, body]);
  };

  test("an earlier version's records come out in the current shape", async () => {
    const current = JSON.parse(schemaOfTopic("comms.send.email"));
    const earlier = {
      ...current,
      fields: current.fields.filter((field: { name: string }) => field.name !== "attempt"),
    };
    const id = await registry.register("t.comms.send.email-value", JSON.stringify(earlier));
    const { attempt: _, ...rest } = send;
    const bytes = stranger(id, avsc.Type.forSchema(earlier).toBuffer(rest));
    const error = caught(() => decode(bytes));
    expect(error).toBeInstanceOf(UnknownSchemaId);
    await codec.learn((error as UnknownSchemaId).schemaId);
    expect(decode(bytes)).toMatchObject({ attempt: 1, msg_id: "m-1" });
    await register("comms.send.push");
    await codec.warm(["comms.send.push"]);
    expect(codec.decode("comms.send.push", bytes)).toMatchObject({ attempt: 1, msg_id: "m-1" });
    expect(decode(bytes)).toMatchObject({ attempt: 1 });
  });

  test("an enum symbol from a later version comes out as UNKNOWN", async () => {
    const later = schemaOfTopic("comms.send.email").replace(`"WHATSAPP"`, `"WHATSAPP", "FAX"`);
    const id = await registry.register("t.comms.send.email-value", later);
    await codec.learn(id);
    const bytes = stranger(id, avsc.Type.forSchema(JSON.parse(later)).toBuffer({ ...send, channel: "FAX" }));
    expect(decode(bytes)).toMatchObject({ channel: "UNKNOWN" });
  });

  test("an id that the registry lacks is poison", async () => {
    await expect(codec.learn(99)).rejects.toMatchObject({ code: "COMMS_POISON", stage: "unknown-schema" });
  });

  test("a schema that is recursive is poison", async () => {
    const tree = { type: "record", name: "Tree", fields: [{ name: "next", type: ["null", "Tree"], default: null }] };
    const id = await registry.register("t.tree-value", JSON.stringify(tree));
    await expect(codec.learn(id)).rejects.toMatchObject({ stage: "wrong-schema" });
  });

  test("a registry that does not answer is an outage, and the next call requests again", async () => {
    let calls = 0;
    const flaky: Registry = {
      ...registry,
      schemaById: async (id) => {
        if (++calls === 1) throw new AppError("REGISTRY_UNAVAILABLE", "No answer", { retryable: true });
        return registry.schemaById(id);
      },
    };
    const other = createCodec({ registry: flaky, prefix: "t." });
    await expect(other.learn(1)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE", retryable: true });
    await Promise.all([other.learn(1), other.learn(1)]);
    await other.learn(1);
    expect(calls).toBe(2);
  });
});

const foreignFlag = { name: "a", value: "1", updated_by: "x", updated_at: 1 };
const ours = JSON.parse(schemaVersions("Flag").at(-1) ?? "");
const copied = { ...ours, doc: "a copy", fields: ours.fields.map(({ doc: _doc, pii: _pii, ...rest }: Named) => rest) };
const extended = { ...ours, fields: [...ours.fields, { name: "extra", type: ["null", "string"], default: null }] };
const renamed = { ...ours, name: "MyFlag" };
interface Named {
  readonly doc?: string;
  readonly pii?: string;
}

let clock: ManualClock;
let requests: string[];
let refused: TopicName[];
let guarded: Codec;

beforeEach(async () => {
  clock = createManualClock();
  requests = [];
  refused = [];
  const counting: Registry = {
    ...registry,
    lookup: (subject, schema) => {
      requests.push(subject);
      return registry.lookup(subject, schema);
    },
    schemaById: (id) => {
      requests.push(String(id));
      return registry.schemaById(id);
    },
  };
  guarded = createCodec({ registry: counting, prefix: "t.", clock, onForeign: (topic) => refused.push(topic) });
  await guarded.warm(["comms.flags"]);
  requests.length = 0;
});

/** A flag written with the schema, as a client that registers what it likes would write it. */
async function writtenWith(schema: object): Promise<{ readonly id: number; readonly bytes: Buffer }> {
  const id = await registry.register(`t.elsewhere-${randomUUID()}`, JSON.stringify(schema));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return { id, bytes: Buffer.concat([head, avsc.Type.forSchema(schema as avsc.Schema).toBuffer(foreignFlag)]) };
}

const outcomeOf = async ({ id, bytes }: { readonly id: number; readonly bytes: Buffer }): Promise<string> => {
  const read = () => stageOf(() => guarded.decode("comms.flags", bytes));
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(UnknownSchemaId);
    await guarded.learn(id);
    return read();
  }
};

describe("a schema that no release has marked, on a topic that others write", () => {
  test("is refused, though it could be read; the sentence names it and no value", async () => {
    const record = await writtenWith(extended);
    expect(await outcomeOf(record)).toBe("foreign-schema");
    const { message } = caught(() => guarded.decode("comms.flags", record.bytes));
    expect(message).toMatch(/^The schema with the id \d+ \(fingerprint [0-9a-f]{16}\) is no released version of Flag/);
    expect(refused).toEqual(["comms.flags", "comms.flags"]);
  });

  test("is taken where only white space, docs and attributes differ, without a question about marks", async () => {
    expect(await outcomeOf(await writtenWith(copied))).toBe("decoded");
    expect(requests).toHaveLength(1);
    expect(refused).toEqual([]);
  });

  test("is refused under another name", async () => {
    expect(await outcomeOf(await writtenWith(renamed))).toBe("foreign-schema");
  });

  test("is taken once a later release has marked it, within half a minute and not asked for each record", async () => {
    const record = await writtenWith(extended);
    expect(await outcomeOf(record)).toBe("foreign-schema");
    const asked = requests.length;
    for (let n = 0; n < 100; n++) expect(await outcomeOf(record)).toBe("foreign-schema");
    expect(requests).toHaveLength(asked);
    await registry.register(releasedSubject("t.", "Flag"), canonicalSchema(JSON.stringify(extended)));
    await clock.advance(refusalMs);
    expect(await outcomeOf(record)).toBe("decoded");
  });

  test("stays refused, and holds nobody back, where the registry does not answer to the second question", async () => {
    const record = await writtenWith(extended);
    let isAway = false;
    const away = async (): Promise<never> => {
      throw new AppError("REGISTRY_UNAVAILABLE", "No answer", { retryable: true });
    };
    const flaky: Registry = { ...registry, lookup: (...of) => (isAway ? away() : registry.lookup(...of)) };
    guarded = createCodec({ registry: flaky, prefix: "t.", clock });
    await guarded.warm(["comms.flags"]);
    expect(await outcomeOf(record)).toBe("foreign-schema");
    isAway = true;
    await clock.advance(refusalMs);
    expect(await outcomeOf(record)).toBe("foreign-schema");
  });

  test("is no matter on a topic of our own stages", async () => {
    const current = JSON.parse(schemaOfTopic("comms.send.email"));
    const later = {
      ...current,
      fields: [...current.fields, { name: "extra", type: ["null", "string"], default: null }],
    };
    const id = await registry.register("t.elsewhere", JSON.stringify(later));
    await codec.learn(id);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(id, 1);
    expect(decode(Buffer.concat([head, avsc.Type.forSchema(later).toBuffer(send)]))).toMatchObject({ msg_id: "m-1" });
  });

  test("an id that the registry lacks costs one request in ten seconds, however many records name it", async () => {
    for (let n = 0; n < 50; n++) await expect(guarded.learn(4_711)).rejects.toMatchObject({ stage: "unknown-schema" });
    expect(requests).toEqual(["4711"]);
    await clock.advance(unknownIdMs);
    await expect(guarded.learn(4_711)).rejects.toMatchObject({ stage: "unknown-schema" });
    expect(requests).toEqual(["4711", "4711"]);
  });
});

describe("before and beside the contract", () => {
  test("a schema that is not registered is reported in a sentence", async () => {
    await expect(codec.warm(["comms.tokens"])).rejects.toMatchObject({
      code: "SCHEMA_NOT_REGISTERED",
      retryable: false,
    });
  });

  test("a topic that was not warmed is an error of the caller", () => {
    expect(() => codec.encode("comms.decisions", {})).toThrow("not warmed");
  });

  test("a value that does not fit names its fields, not its values", () => {
    const error = caught(() => codec.encode("comms.send.email", { ...send, user_id: 4711, channel: "PIGEON" }));
    expect(error).toMatchObject({ code: "COMMS_UNENCODABLE", paths: ["user_id", "channel"] });
    expect(error.message).not.toMatch(/4711|PIGEON/);
  });
});

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown");
}

/** Puts a byte over the first one of a text in a record. */
function swap(bytes: Buffer, text: string, byte: number): Buffer {
  bytes[bytes.indexOf(text)] = byte;
  return bytes;
}

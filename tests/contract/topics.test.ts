import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { schemaFile, schemaOfTopic } from "#shared/contracts/schema-files.ts";
import {
  allTopicSpecs,
  deadLetterContract,
  exampleFile,
  readExample,
  type TopicContract,
  topicContracts,
} from "#shared/contracts/topic-contract.ts";
import {
  hasCloudEventHeaders,
  hasForeignWriters,
  hasOneStage,
  isCompactedTopic,
  isForeignTopic,
  sendChannelOf,
  sendChannels,
  stages,
  type TopicName,
  topicRecords,
} from "#shared/contracts/topics.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly pii: "none" | "pseudonym" | "direct";
}
const schemas = new URL("../../schemas/", import.meta.url);
const fieldsOf = (topic: TopicName): readonly Field[] => JSON.parse(schemaOfTopic(topic)).fields;
const contracts = topicContracts();
const each = contracts.map((contract) => [contract.topic as TopicName, contract] as const);
const filesIn = (folder: string): readonly string[] => readdirSync(new URL(folder, schemas)).sort();

describe("the files", () => {
  test("are one contract a topic, and one each for orders, bulk orders and dead letters", () => {
    const own = Object.keys(topicRecords).filter((topic) => sendChannelOf(topic) === undefined);
    const wanted = [...own.map((topic) => `${topic}.yaml`), "dead-letters.yaml", "send.yaml", "send.bulk.yaml"];
    expect(filesIn("topics/")).toEqual(wanted.sort());
  });

  test("are one schema a record", () => {
    expect(filesIn("avro/")).toEqual([...new Set(Object.values(topicRecords).map(schemaFile))].sort());
  });

  test("are the examples that the contracts name", () => {
    const wanted = contracts.flatMap(({ topic, examples }) => examples.map((name) => exampleFile(topic, name)));
    const found = readdirSync(new URL("examples/", schemas), { recursive: true, encoding: "utf8" });
    expect(found.filter((path) => path.endsWith(".json")).sort()).toEqual([...new Set(wanted)].sort());
  });

  test.each(sendChannels)("are one example of an order to the %s sender, shown in both lanes", (name) => {
    const shown = [`comms.send.${name}`, `comms.send.${name}.bulk`] as const;
    const channel = name.toUpperCase();
    expect(shown.map((topic) => exampleOf(topic, `${name}.json`))).toMatchObject([
      { channel, lane: "EXPRESS" },
      { channel, lane: "BULK" },
    ]);
  });
});

describe.each(each)("the contract of %s", (topic, contract) => {
  const names = fieldsOf(topic).map((field) => field.name);

  test("is about the topic and record that the code means", () => {
    expect([contract.topic, contract.record]).toEqual([topic, topicRecords[topic]]);
    expect(JSON.parse(schemaOfTopic(topic)).name).toBe(contract.record);
  });

  test("has a key and an identity made of the record's fields", () => {
    const inKey = [...contract.key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(inKey).not.toEqual([]);
    expect([...inKey, ...contract.identity].filter((name) => !names.includes(name ?? ""))).toEqual([]);
  });

  test("says whether others choose its values, as the fuse takes it", () => {
    const others = contract.producers.some((one) => ["product-teams", "identity", "operators"].includes(one));
    // The gateway passes on what providers write.
    expect(isForeignTopic(topic)).toBe(others || topic === "comms.provider-events");
  });

  test("says whether it is compacted, as the check of keys takes it", () => {
    expect(isCompactedTopic(topic)).toBe(contract.cleanup === "compact");
  });

  test("says whether clients of others write it, as the check of schemas takes it", () => {
    const others = contract.producers.some((one) => ["product-teams", "identity", "operators"].includes(one));
    expect(hasForeignWriters(topic)).toBe(others);
  });

  test("says which headers its records carry, as their writers take it", () => {
    expect(hasCloudEventHeaders(topic)).toBe(contract.headers === "cloudevents");
    expect(hasOneStage(topic)).toBe(
      contract.producers.length === 1 && stages.some((one) => one === contract.producers[0]),
    );
  });

  test("carries whole CloudEvents where somebody reads it who is not a stage", () => {
    if (contract.consumers.includes("data-teams")) expect(contract.headers).toBe("cloudevents");
  });

  test("has the PII class of its most telling field", () => {
    const classes = JSON.stringify(JSON.parse(schemaOfTopic(topic))).matchAll(/"pii":"(\w+)"/g);
    const found = new Set([...classes].map(([, name]) => name));
    expect(contract.pii).toBe(["direct", "pseudonym"].find((name) => found.has(name)) ?? "none");
  });

  test("says so where no sender reads it yet", () => {
    // The admin API looks at how old the oldest order is, and sends none.
    const others = contract.consumers.filter((name) => name !== "admin");
    const isRead = others.some((name) => !name.endsWith("-sender") || stages.some((stage) => stage === name));
    expect(contract.description.endsWith("No sender reads it yet.")).toBe(!isRead);
  });

  test("keeps to one partition count with its bulk twin", () => {
    const twin = contracts.find((other) => other.topic === `${topic}.bulk`);
    expect(twin?.partitions ?? contract.partitions).toBe(contract.partitions);
  });
});

describe("retention", () => {
  const hours = (topic: string): number => {
    const contract = contracts.find((other) => other.topic === topic) as TopicContract;
    return contract.cleanup === "delete" ? contract.retention / 3_600_000 : Number.POSITIVE_INFINITY;
  };

  test("the ledger is restored from feedback, which outlives every send topic", () => {
    const sends = contracts.filter(({ record }) => record === "Send").map(({ topic }) => hours(topic));
    expect(Math.max(...sends)).toBeLessThan(hours("comms.feedback"));
  });

  test("what is replayed from outlives what is replayed", () => {
    expect(hours("comms.events")).toBeGreaterThan(hours("comms.accepted"));
  });

  test("tombstones stay a week", () => {
    const stays = contracts.flatMap((contract) => (contract.cleanup === "compact" ? [contract.tombstones] : []));
    expect(new Set(stays)).toEqual(new Set([7 * 86_400_000]));
  });
});

describe("sizes", () => {
  const bytes = (topic: string): number => contracts.find((other) => other.topic === topic)?.max_message ?? 0;

  test("a dead letter may be as large as any record, with room for its headers", () => {
    expect(deadLetterContract().max_message).toBeGreaterThan(Math.max(...contracts.map((of) => of.max_message)));
  });

  test("a rejection may hold a whole event", () => {
    expect(bytes("comms.rejected")).toBeGreaterThan(bytes("comms.events"));
  });

  test("a schedule item may hold all that comes back by it", () => {
    const targets = contracts.filter(({ producers }) => producers.includes("scheduler"));
    expect(bytes("comms.schedule")).toBeGreaterThan(Math.max(...targets.map((of) => of.max_message)));
  });
});

describe("what is written to the log", () => {
  const specs = new Map(allTopicSpecs("t.").map((spec) => [spec.topic, spec]));

  test("names every topic and one of dead letters a stage, prefixed", () => {
    expect(specs.size).toBe(contracts.length + stages.length);
    expect([...specs.keys()].every((name) => name.startsWith("t.comms."))).toBe(true);
  });

  test.each([
    [
      "t.comms.send.email",
      6,
      { "cleanup.policy": "delete", "retention.ms": "259200000", "max.message.bytes": "1048576" },
    ],
    [
      "t.comms.profiles",
      6,
      {
        "cleanup.policy": "compact",
        "delete.retention.ms": "604800000",
        "max.compaction.lag.ms": "604800000",
        "max.message.bytes": "1048576",
      },
    ],
    [
      "t.comms.router.dlq",
      1,
      { "cleanup.policy": "delete", "retention.ms": "2592000000", "max.message.bytes": "16777216" },
    ],
  ])("%s", (topic, partitions, config) => {
    expect(specs.get(topic)).toEqual({ topic, partitions, config });
  });
});

describe("examples", () => {
  let codec: Codec;

  beforeAll(async () => {
    const registry = createMemoryRegistry();
    for (const [topic] of each) await registry.register(subjectOf("", topic), schemaOfTopic(topic));
    codec = createCodec({ registry, prefix: "" });
    await codec.warm(each.map(([topic]) => topic));
  });

  const all = each.flatMap(([topic, contract]) => contract.examples.map((file) => [topic, file] as const));

  test.each(all)("%s/%s goes to bytes and back", (topic, file) => {
    const record = exampleOf(topic, file);
    expect(Object.keys(record).sort()).toEqual(
      fieldsOf(topic)
        .map((field) => field.name)
        .sort(),
    );
    expect(JSON.parse(JSON.stringify(codec.decode(topic, codec.encode(topic, record))))).toEqual(
      JSON.parse(JSON.stringify(record)),
    );
  });
});

/** Bytes stand in examples as Avro's JSON has them: one character a byte. */
function exampleOf(topic: TopicName, file: string): Record<string, unknown> {
  const record = JSON.parse(readExample(topic, file));
  for (const { name, type } of fieldsOf(topic))
    if (type === "bytes") record[name] = Buffer.from(record[name], "latin1");
  return record;
}

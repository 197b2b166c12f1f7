import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import { schemaVersions } from "#shared/contracts/schema-files.ts";
import { allTopicSpecs } from "#shared/contracts/topic-contract.ts";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { canonicalSchema } from "#shared/platform/avro/canonical-schema.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { createConfluentRegistry } from "#shared/platform/avro/confluent-registry.ts";
import { type Registry, subjectOf } from "#shared/platform/avro/registry.ts";
import { releasedSubject } from "#shared/platform/avro/released-schemas.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { type ProvisionOptions, provision } from "#shared/platform/provisioning/provision.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { addresses } from "#tests/support/addresses.ts";

const flag = { name: "a", value: "true", updated_by: "operator-1", updated_at: 1_790_000_000_000 };
const topics = Object.keys(topicRecords) as TopicName[];

/** One prefix for all, as each costs the broker some 160 partitions. The tests build on each other, in this order. */
describe("provisioning on Kafka and its registry", () => {
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  const names = allTopicSpecs(prefix).map((spec) => spec.topic);
  let log: Log;
  let registry: Registry;

  beforeAll(() => {
    log = createKafkajsLog({ bootstrap: addresses().kafka.bootstrap, clientId: "provision-test" });
    registry = createConfluentRegistry({ url: addresses().registry.url });
  });

  afterAll(async () => {
    await log.close();
    const kafka = new Kafka({ brokers: [addresses().kafka.bootstrap], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: names });
    await admin.disconnect();
  });

  test("makes every topic and registers every schema, level first", async () => {
    const made = await provision({ log, registry, prefix });
    expect([...made.topicsCreated].sort()).toEqual([...names].sort());
    expect(made.schemasRegistered).toEqual(topics.map((topic) => subjectOf(prefix, topic)));
    expect(await registry.compatibility(subjectOf(prefix, "comms.decisions"))).toBe("FULL_TRANSITIVE");
  });

  test("changes nothing the second time", async () => {
    expect(await provision({ log, registry, prefix })).toEqual({
      topicsCreated: [],
      schemasRegistered: [],
      releasesMarked: [],
      foreignVersions: [],
      largerCompacted: [],
    });
  });

  test("a codec of another release takes what it has marked, and refuses what nobody has", () =>
    takesMarkedOnly({ log, registry, prefix }));

  test("leaves what a codec needs: a record goes through the log and comes out as it was", async () => {
    const codec = createCodec({ registry, prefix });
    await codec.warm(topics);
    const producer = await log.producer();
    await producer.send([{ topic: `${prefix}comms.flags`, key: "a", value: codec.encode("comms.flags", flag) }]);
    const [record] = await readAll(log, `${prefix}comms.flags`);
    expect(codec.decode("comms.flags", record?.value ?? Buffer.alloc(0))).toMatchObject(flag);
  });

  test("a process that was not warmed for an id learns it from the registry", async () => {
    const codec = createCodec({ registry, prefix });
    const [record] = await readAll(log, `${prefix}comms.flags`);
    await codec.learn(record?.value?.readUInt32BE(1) ?? 0);
    await codec.warm(["comms.flags"]);
    expect(codec.decode("comms.flags", record?.value ?? Buffer.alloc(0))).toMatchObject(flag);
    await expect(codec.learn(2_000_000_000)).rejects.toMatchObject({ code: "COMMS_POISON" });
  });

  test("refuses a registry that is younger than the log", async () => {
    await expect(provision({ log, registry: createMemoryRegistry(), prefix })).rejects.toMatchObject({
      code: "REGISTRY_YOUNGER_THAN_LOG",
    });
  });
});

/** A later version of profiles: first registered by nobody of ours, then marked. */
async function takesMarkedOnly({ log, registry, prefix }: ProvisionOptions): Promise<void> {
  const codec = createCodec({ registry, prefix });
  await codec.warm(["comms.profiles"]);
  const later = JSON.parse(schemaVersions("Profile").at(-1) ?? "") as { fields: object[] };
  later.fields.push({ name: "nickname", type: ["null", "string"], default: null, doc: randomUUID(), pii: "direct" });
  const schema = JSON.stringify(later);
  const id = await registry.register(subjectOf(prefix, "comms.profiles"), schema);
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(id, 1);
  await codec.learn(id);
  expect(() => codec.decode("comms.profiles", bytes)).toThrow("is no released version of Profile");
  const subject = subjectOf(prefix, "comms.profiles");
  expect((await provision({ log, registry, prefix })).foreignVersions).toMatchObject([{ subject }]);
  await registry.register(releasedSubject(prefix, "Profile"), canonicalSchema(schema));
  const other = createCodec({ registry, prefix });
  await other.warm(["comms.profiles"]);
  await other.learn(id);
  expect(() => other.decode("comms.profiles", bytes)).toThrow("truncated");
  expect((await provision({ log, registry, prefix })).foreignVersions).toEqual([]);
}

async function readAll(log: Log, topic: string): Promise<readonly InRecord[]> {
  const records: InRecord[] = [];
  for await (const run of log.readToEnd([topic])) records.push(...run);
  return records;
}

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { provisionLines } from "#cli/prepare.ts";
import { schemaOfTopic, schemaVersions } from "#shared/contracts/schema-files.ts";
import { allTopicSpecs } from "#shared/contracts/topic-contract.ts";
import { topicRecords } from "#shared/contracts/topics.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { type Registry, subjectOf } from "#shared/platform/avro/registry.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { provision } from "#shared/platform/provisioning/provision.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";

const flag = { name: "a", value: "true", updated_by: "operator-1", updated_at: 1_790_000_000_000 };

/** What provisioning reports where everything is there. */
const nothing = {
  topicsCreated: [],
  schemasRegistered: [],
  releasesMarked: [],
  foreignVersions: [],
  largerCompacted: [],
};

/** A log and a registry, and a prefix that is new for each test. */
interface ProvisionBench {
  log: Log;
  registry: Registry;
  prefix: string;
}

/** What provisioning must do on every log and with every registry. Each test has a prefix of its own. */
export function provisionConformance(name: string, open: () => Promise<{ log: Log; registry: Registry }>): void {
  describe(`provisioning (${name})`, () => {
    const bench = {} as ProvisionBench;
    beforeAll(async () => {
      Object.assign(bench, await open());
    });
    beforeEach(() => {
      bench.prefix = `t${randomUUID().slice(0, 8)}.`;
    });
    afterAll(() => bench.log.close());

    describeProvisioning(bench);
    describeTopicChecks(bench);
    describeRegistryChecks(bench);
  });
}

async function produce({ log, prefix }: ProvisionBench, value: Buffer): Promise<void> {
  const producer = await log.producer();
  await producer.send([{ topic: `${prefix}comms.flags`, key: "a", value }]);
  await producer.close();
}

function describeProvisioning(bench: ProvisionBench): void {
  describe("what is missing", () => {
    test("makes everything the first time and nothing the second", async () => {
      const first = await provision(bench);
      expect([...first.topicsCreated].sort()).toEqual(
        allTopicSpecs(bench.prefix)
          .map((spec) => spec.topic)
          .sort(),
      );
      expect(first.schemasRegistered).toEqual(Object.keys(topicRecords).map((topic) => subjectOf(bench.prefix, topic)));
      expect(await bench.registry.compatibility(subjectOf(bench.prefix, "comms.decisions"))).toBe("FULL_TRANSITIVE");
      expect(await provision(bench)).toEqual(nothing);
    });

    test("leaves a log and a registry that the codec can work with", async () => {
      await provision(bench);
      const codec = createCodec(bench);
      await codec.warm(["comms.flags"]);
      expect(codec.decode("comms.flags", codec.encode("comms.flags", flag))).toMatchObject(flag);
      await produce(bench, codec.encode("comms.flags", flag));
      expect(await provision(bench)).toEqual(nothing);
    });

    test("marks every version that it knows of what others write, and tells of versions that nobody has marked", async () => {
      const { releasesMarked } = await provision(bench);
      expect(releasesMarked).toContain(`${bench.prefix}comms.released.Event`);
      const [oldest = "", newest = ""] = schemaVersions("Event").filter((_, at, all) =>
        [0, all.length - 1].includes(at),
      );
      const subject = subjectOf(bench.prefix, "comms.events");
      await bench.registry.register(subject, oldest);
      expect(await provision(bench)).toEqual(nothing);
      const without = JSON.parse(newest) as { fields: { name: string }[] };
      without.fields = without.fields.filter(({ name }) => name !== "expires_at");
      await bench.registry.register(subject, JSON.stringify(without));
      const report = await provision(bench);
      expect(report).toEqual({
        ...nothing,
        foreignVersions: [{ topic: "comms.events", subject, versions: [expect.any(Number)] }],
      });
      expect(provisionLines(report)[1]).toContain(`foreign schema: ${subject} has version`);
    });

    test("sets a level that was taken away", async () => {
      await provision(bench);
      await bench.registry.setCompatibility(subjectOf(bench.prefix, "comms.flags"), "NONE");
      await provision(bench);
      expect(await bench.registry.compatibility(subjectOf(bench.prefix, "comms.flags"))).toBe("FULL_TRANSITIVE");
    });
  });
}

function describeTopicChecks(bench: ProvisionBench): void {
  describe("topics that exist", () => {
    test("refuses a topic with fewer partitions than its contract, by name and number", async () => {
      await bench.log.createTopics([{ topic: `${bench.prefix}comms.events`, partitions: 2, config: {} }]);
      await expect(provision(bench)).rejects.toMatchObject({
        code: "TOPIC_PARTITIONS_TOO_FEW",
        retryable: false,
        message: expect.stringContaining(
          `${bench.prefix}comms.events (2 of 6): comms topic grow comms.events --partitions 6`,
        ),
      });
    });

    test("refuses to let a compacted one grow in place", async () => {
      await bench.log.createTopics([{ topic: `${bench.prefix}comms.profiles`, partitions: 2, config: {} }]);
      await expect(provision(bench)).rejects.toMatchObject({
        code: "TOPIC_PARTITIONS_TOO_FEW",
        message: expect.stringContaining("comms topic repartition comms.profiles --partitions 6"),
      });
    });

    test("tells of a compacted one with more, which may have grown in place", async () => {
      const topic = `${bench.prefix}comms.profiles`;
      await bench.log.createTopics([{ topic, partitions: 8, config: {} }]);
      const report = await provision(bench);
      expect(report.largerCompacted).toEqual([topic]);
      expect(provisionLines(report).at(-1)).toContain(`${topic} has more partitions than its contract`);
    });

    test("creates nothing beside the side topic of a repartitioning that was cut off", async () => {
      const side = `${bench.prefix}comms.profiles.repartition`;
      await bench.log.createTopics([{ topic: side, partitions: 1, config: {} }]);
      await expect(provision(bench)).rejects.toMatchObject({ code: "TOPIC_REPARTITION_UNFINISHED", retryable: false });
      expect((await bench.log.topics()).filter((name) => name.startsWith(bench.prefix))).toEqual([side]);
    });

    test("takes a topic with more", async () => {
      await bench.log.createTopics([{ topic: `${bench.prefix}comms.events`, partitions: 8, config: {} }]);
      const { topicsCreated } = await provision(bench);
      expect(topicsCreated).not.toContain(`${bench.prefix}comms.events`);
    });
  });
}

function describeRegistryChecks(bench: ProvisionBench): void {
  describe("a registry that does not fit", () => {
    test("refuses a registry that is younger than the log, and registers nothing", async () => {
      await provision(bench);
      const codec = createCodec(bench);
      await codec.warm(["comms.flags"]);
      await produce(bench, codec.encode("comms.flags", flag));
      const empty = createMemoryRegistry();
      await expect(provision({ ...bench, registry: empty })).rejects.toMatchObject({
        code: "REGISTRY_YOUNGER_THAN_LOG",
        retryable: false,
        message: expect.stringContaining("comms.flags"),
      });
      expect(await empty.lookup(subjectOf(bench.prefix, "comms.flags"), schemaOfTopic("comms.flags"))).toBeUndefined();
    });

    test("refuses a registry that has given the log's ids to other schemas", async () => {
      await provision(bench);
      const other = createMemoryRegistry();
      const id = await other.register(subjectOf("other.", "comms.tokens"), schemaOfTopic("comms.tokens"));
      await produce(bench, Buffer.from([0, 0, 0, 0, id, 1, 2, 3]));
      await expect(provision({ ...bench, registry: other })).rejects.toMatchObject({
        code: "REGISTRY_YOUNGER_THAN_LOG",
      });
    });

    test("is not stopped by bytes that are no record at all", async () => {
      await bench.log.createTopics([{ topic: `${bench.prefix}comms.flags`, partitions: 1, config: {} }]);
      await produce(bench, Buffer.from("hello"));
      await expect(provision(bench)).resolves.toBeDefined();
    });

    test("is not stopped by one stray id among records that can be read", async () => {
      await bench.log.createTopics([{ topic: `${bench.prefix}comms.flags`, partitions: 1, config: {} }]);
      const id = await bench.registry.register(`${bench.prefix}elsewhere`, schemaOfTopic("comms.flags"));
      const head = Buffer.alloc(5);
      head.writeUInt32BE(id, 1);
      await produce(bench, Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]));
      await produce(bench, head);
      await expect(provision(bench)).resolves.toBeDefined();
    });

    test("refuses a schema that does not go with what was registered before", async () => {
      const subject = subjectOf(bench.prefix, "comms.flags");
      await bench.registry.register(
        subject,
        schemaOfTopic("comms.flags").replace(
          `"name": "value",\n      "type": "string"`,
          `"name": "value",\n      "type": "long"`,
        ),
      );
      await expect(provision(bench)).rejects.toMatchObject({ code: "REGISTRY_INCOMPATIBLE" });
    });
  });
}

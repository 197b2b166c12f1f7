import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { allTopicSpecs } from "#shared/contracts/topic-contract.ts";
import { topicRecords } from "#shared/contracts/topics.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { type Registry, subjectOf } from "#shared/platform/avro/registry.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { provision } from "#shared/platform/provisioning/provision.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";

const flag = { name: "a", value: "true", updated_by: "operator-1", updated_at: 1_790_000_000_000 };

/** What provisioning must do on every log and with every registry. Each test has a prefix of its own. */
export function provisionConformance(name: string, open: () => Promise<{ log: Log; registry: Registry }>): void {
  describe(`provisioning (${name})`, () => {
    let log: Log;
    let registry: Registry;
    let prefix: string;

    beforeAll(async () => {
      ({ log, registry } = await open());
    });
    beforeEach(() => {
      prefix = `t${randomUUID().slice(0, 8)}.`;
    });
    afterAll(() => log.close());

    const produce = async (value: Buffer): Promise<void> => {
      const producer = await log.producer();
      await producer.send([{ topic: `${prefix}comms.flags`, key: "a", value }]);
      await producer.close();
    };

    test("makes everything the first time and nothing the second", async () => {
      const first = await provision({ log, registry, prefix });
      expect([...first.topicsCreated].sort()).toEqual(
        allTopicSpecs(prefix)
          .map((spec) => spec.topic)
          .sort(),
      );
      expect(first.schemasRegistered).toEqual(Object.keys(topicRecords).map((topic) => subjectOf(prefix, topic)));
      expect(await registry.compatibility(subjectOf(prefix, "comms.decisions"))).toBe("FULL_TRANSITIVE");
      expect(await provision({ log, registry, prefix })).toEqual({ topicsCreated: [], schemasRegistered: [] });
    });

    test("leaves a log and a registry that the codec can work with", async () => {
      await provision({ log, registry, prefix });
      const codec = createCodec({ registry, prefix });
      await codec.warm(["comms.flags"]);
      expect(codec.decode("comms.flags", codec.encode("comms.flags", flag))).toMatchObject(flag);
      await produce(codec.encode("comms.flags", flag));
      expect(await provision({ log, registry, prefix })).toEqual({ topicsCreated: [], schemasRegistered: [] });
    });

    test("sets a level that was taken away", async () => {
      await provision({ log, registry, prefix });
      await registry.setCompatibility(subjectOf(prefix, "comms.flags"), "NONE");
      await provision({ log, registry, prefix });
      expect(await registry.compatibility(subjectOf(prefix, "comms.flags"))).toBe("FULL_TRANSITIVE");
    });

    test("refuses a topic with fewer partitions than its contract, by name and number", async () => {
      await log.createTopics([{ topic: `${prefix}comms.events`, partitions: 2, config: {} }]);
      await expect(provision({ log, registry, prefix })).rejects.toMatchObject({
        code: "TOPIC_PARTITIONS_TOO_FEW",
        retryable: false,
        message: expect.stringContaining(`${prefix}comms.events (2 of 6)`),
      });
    });

    test("takes a topic with more", async () => {
      await log.createTopics([{ topic: `${prefix}comms.events`, partitions: 8, config: {} }]);
      const { topicsCreated } = await provision({ log, registry, prefix });
      expect(topicsCreated).not.toContain(`${prefix}comms.events`);
    });

    test("refuses a registry that is younger than the log, and registers nothing", async () => {
      await provision({ log, registry, prefix });
      const codec = createCodec({ registry, prefix });
      await codec.warm(["comms.flags"]);
      await produce(codec.encode("comms.flags", flag));
      const empty = createMemoryRegistry();
      await expect(provision({ log, registry: empty, prefix })).rejects.toMatchObject({
        code: "REGISTRY_YOUNGER_THAN_LOG",
        retryable: false,
        message: expect.stringContaining("comms.flags"),
      });
      expect(await empty.lookup(subjectOf(prefix, "comms.flags"), schemaOfTopic("comms.flags"))).toBeUndefined();
    });

    test("refuses a registry that has given the log's ids to other schemas", async () => {
      await provision({ log, registry, prefix });
      const other = createMemoryRegistry();
      const id = await other.register(subjectOf("other.", "comms.tokens"), schemaOfTopic("comms.tokens"));
      await produce(Buffer.from([0, 0, 0, 0, id, 1, 2, 3]));
      await expect(provision({ log, registry: other, prefix })).rejects.toMatchObject({
        code: "REGISTRY_YOUNGER_THAN_LOG",
      });
    });

    test("is not stopped by bytes that are no record at all", async () => {
      await log.createTopics([{ topic: `${prefix}comms.flags`, partitions: 1, config: {} }]);
      await produce(Buffer.from("hello"));
      await expect(provision({ log, registry, prefix })).resolves.toBeDefined();
    });

    test("is not stopped by one stray id among records that can be read", async () => {
      await log.createTopics([{ topic: `${prefix}comms.flags`, partitions: 1, config: {} }]);
      const id = await registry.register(`${prefix}elsewhere`, schemaOfTopic("comms.flags"));
      const head = Buffer.alloc(5);
      head.writeUInt32BE(id, 1);
      await produce(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]));
      await produce(head);
      await expect(provision({ log, registry, prefix })).resolves.toBeDefined();
    });

    test("refuses a schema that does not go with what was registered before", async () => {
      const subject = subjectOf(prefix, "comms.flags");
      await registry.register(
        subject,
        schemaOfTopic("comms.flags").replace(
          `"name": "value",\n      "type": "string"`,
          `"name": "value",\n      "type": "long"`,
        ),
      );
      await expect(provision({ log, registry, prefix })).rejects.toMatchObject({ code: "REGISTRY_INCOMPATIBLE" });
    });
  });
}

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogFolder } from "#catalog/event-catalog.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { createTemplateStore } from "#shared/control/templates/postgres-template-store.ts";
import { publishTemplates } from "#shared/control/templates/publish.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { createConfluentRegistry } from "#shared/platform/avro/confluent-registry.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { readTemplates } from "#shared/state/templates/template-reader.ts";
import { createTemplateTable } from "#shared/state/templates/template-table.ts";
import { addresses } from "#tests/support/addresses.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";

const prefix = `t${randomBytes(4).toString("hex")}.`;
const topic = `${prefix}comms.templates`;
let database: TestDatabase;
let log: Log;

beforeAll(async () => {
  database = await createDatabase();
  log = createKafkajsLog({ bootstrap: addresses().kafka.bootstrap, clientId: "test-templates" });
  await log.createTopics([{ topic, partitions: 3, config: { "cleanup.policy": "compact" } }]);
});
afterAll(async () => {
  await log.close();
  await database.drop();
});

describe("templates on a real log [DAT-01]", () => {
  it("are published once, seen by a table that is ready and by one that follows, and kept in Postgres", async () => {
    const registry = createConfluentRegistry({ url: addresses().registry.url });
    await registry.register(subjectOf(prefix, "comms.templates"), schemaOfTopic("comms.templates"));
    const codec = createCodec({ registry, prefix });
    await codec.warm(["comms.templates"]);
    const follower = createTemplateTable({ log, codec, topic, clock: systemClock });
    await follower.ready();
    expect(follower.active("security_code", "SMS")).toBeUndefined();

    const producer = await log.producer();
    const publish = async () =>
      publishTemplates({
        catalog: catalogFolder,
        published: await readTemplates({ log, codec, topic }),
        now: 1_800_000_000_000,
        emit: async (outputs) => {
          const records = outputs.flatMap((output) =>
            "value" in output && output.value
              ? [{ topic, key: output.key, value: codec.encode("comms.templates", output.value) }]
              : [],
          );
          await producer.send(records);
        },
        store: createTemplateStore(database.pool),
      });
    const first = await publish();
    const second = await publish();
    expect(second).toEqual({ published: [], unchanged: first.published.length });

    await follower.refresh();
    const latecomer = createTemplateTable({ log, codec, topic, clock: systemClock });
    await latecomer.ready();
    for (const table of [follower, latecomer]) {
      expect(table.active("security_code", "SMS")).toMatchObject({
        version: 1,
        critical: true,
        locales: ["en-US", "es-US", "fr-CA"],
      });
      expect(table.get({ name: "charge_receipt", version: 1, channel: "EMAIL", locale: "es-US" })?.html).toContain(
        "{{ receipt_url }}",
      );
    }
    const { rows } = await database.pool.query(
      "select count(*)::int as rows, count(*) filter (where is_active)::int as active from comms_template",
    );
    expect(rows).toEqual([{ rows: first.published.length, active: first.published.length }]);
    await Promise.all([follower.close(), latecomer.close(), producer.close()]);
  });
});

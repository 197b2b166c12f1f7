import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Template } from "#shared/contracts/records.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { templateKey } from "#shared/domain/template/source.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import { createTemplateTable } from "#shared/state/templates/template-table.ts";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { createManualClock, drainMicrotasks, type ManualClock } from "#tests/support/manual-clock.ts";

const topic = "t1.comms.templates";

function template(change: Partial<Template> = {}): Template {
  return {
    template_id: "id",
    name: "charge_receipt",
    version: 1,
    channel: "EMAIL",
    locale: "en-US",
    category: "finance",
    critical: true,
    tracking: false,
    active: true,
    published_at: 0,
    content_hash: "h1",
    variables: "{}",
    subject: "s",
    html: "<p></p>",
    text: "t",
    data: null,
    ...change,
  };
}

/** A table over a log in memory, with a count of how often the topic is read. */
async function createWorld(clock: ManualClock) {
  const registry = createMemoryRegistry();
  await registry.register(subjectOf("t1.", "comms.templates"), schemaOfTopic("comms.templates"));
  const codec = createCodec({ registry, prefix: "t1." });
  await codec.warm(["comms.templates"]);
  const log = createMemoryLog({ partitions: 2 });
  const producer = await log.producer();
  let reads = 0;
  const counted = {
    offsets: log.offsets,
    readToEnd: (...args: Parameters<typeof log.readToEnd>) => {
      reads += 1;
      return log.readToEnd(...args);
    },
  };
  const errors: unknown[] = [];
  const table = createTemplateTable({
    log: counted,
    codec,
    topic,
    clock,
    onError: (error) => errors.push(error),
  });
  const send = (value: Template) =>
    producer.send([{ topic, key: templateKey(value), value: codec.encode("comms.templates", value) }]);
  return { table, send, producer, log: counted, errors, reads: () => reads };
}

/** A table of its own for each test of a describe. */
function openTable() {
  const clock = createManualClock();
  let world: Awaited<ReturnType<typeof createWorld>>;
  beforeEach(async () => {
    world = await createWorld(clock);
  });
  afterEach(() => world.table.close());
  return {
    clock,
    get world() {
      return world;
    },
  };
}

describe("template table", () => {
  const bench = openTable();

  it("holds, when ready, what stood on the topic, the last of each key", async () => {
    await bench.world.send(template({ content_hash: "old" }));
    await bench.world.send(template());
    await bench.world.send(template({ locale: "es-US" }));
    await bench.world.send(template({ version: 2 }));
    await bench.world.send(template({ version: 3, active: false }));
    await bench.world.table.ready();
    expect(bench.world.table.active("charge_receipt", "EMAIL")).toEqual({
      version: 2,
      locales: ["en-US"],
      critical: true,
      tracking: false,
      category: "finance",
    });
    expect(bench.world.table.version("charge_receipt", "EMAIL", 1)?.locales).toEqual(["en-US", "es-US"]);
    expect(bench.world.table.version("charge_receipt", "EMAIL", 3)).toBeUndefined();
    expect(
      bench.world.table.get({ name: "charge_receipt", version: 3, channel: "EMAIL", locale: "en-US" })?.active,
    ).toBe(false);
    expect(
      bench.world.table.get({ name: "charge_receipt", version: 1, channel: "EMAIL", locale: "en-US" })?.content_hash,
    ).toBe("h1");
    expect(bench.world.table.active("charge_receipt", "SMS")).toBeUndefined();
  });

  it("follows what is published later, and reads nothing while nothing is", async () => {
    await bench.world.table.ready();
    await bench.clock.advance(60_000);
    expect(bench.world.reads()).toBe(1);
    await bench.world.send(template());
    expect(bench.world.table.active("charge_receipt", "EMAIL")).toBeUndefined();
    await bench.clock.advance(5_000);
    expect(bench.world.table.active("charge_receipt", "EMAIL")?.version).toBe(1);
  });

  it("finds at once, by refresh, what was published before the call", async () => {
    await bench.world.table.ready();
    const underWay = bench.world.table.refresh();
    await bench.world.send(template());
    await Promise.all([underWay, bench.world.table.refresh()]);
    expect(bench.world.table.active("charge_receipt", "EMAIL")?.version).toBe(1);
  });

  it("forgets what a tombstone removes, and skips what it cannot decode", async () => {
    await bench.world.send(template());
    await bench.world.send(template({ locale: "fr-CA" }));
    await bench.world.producer.send([
      { topic, key: templateKey(template()), value: null },
      { topic, key: "bad", value: Buffer.from("nonsense") },
      { topic, key: "unknown-schema", value: Buffer.from([0, 0, 0, 9, 9, 1]) },
    ]);
    await bench.world.table.ready();
    expect(bench.world.table.active("charge_receipt", "EMAIL")?.locales).toEqual(["fr-CA"]);
  });
});

describe("template table that follows the topic", () => {
  const bench = openTable();

  it("keeps what it has in an outage of the log, reports it, and goes on after", async () => {
    await bench.world.send(template());
    await bench.world.table.ready();
    const { offsets } = bench.world.log;
    bench.world.log.offsets = () => Promise.reject(new Error("away"));
    await bench.clock.advance(5_000);
    expect(bench.world.errors).toHaveLength(1);
    expect(bench.world.table.active("charge_receipt", "EMAIL")?.version).toBe(1);
    bench.world.log.offsets = offsets;
    await bench.world.send(template({ version: 2 }));
    await bench.clock.advance(5_000);
    expect(bench.world.table.active("charge_receipt", "EMAIL")?.version).toBe(2);
  });

  it("stops asking once closed", async () => {
    await bench.world.table.ready();
    await bench.world.table.close();
    await drainMicrotasks();
    expect(bench.clock.sleeping).toBe(0);
  });
});

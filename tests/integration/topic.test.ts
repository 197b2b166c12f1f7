import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { growDrained, repartitionCompacted, type TopicChange } from "#cli/topic.ts";
import { assemble as assembleMaterializer } from "#processors/materializer/main.ts";
import { assemble as assembleProjector } from "#processors/projector/main.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import { type TopicContract, topicContracts } from "#shared/contracts/topic-contract.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import { partitionOfKey } from "#shared/platform/kafka/partitioner.ts";
import { createTopicAdmin, type TopicAdmin } from "#shared/platform/kafka/topic-admin.ts";
import { provision } from "#shared/platform/provisioning/provision.ts";
import { sideTopic } from "#shared/platform/provisioning/repartition.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { addresses } from "#tests/support/addresses.ts";
import { createTestPlatform, startStage, type TestPlatform } from "#tests/support/platform.ts";

const at = 1_790_000_000_000;
const entries = Array.from({ length: 40 }, (_, n) => entryOf(n));
const lifted = entries.slice(0, 10);

let bench: TestPlatform;
let admin: TopicAdmin;
let shells: Shell[] = [];
const crashes: unknown[] = [];

beforeAll(async () => {
  bench = await createTestPlatform();
  admin = createTopicAdmin({ bootstrap: addresses().kafka.bootstrap, clientId: "comms-topic-test" });
}, 60_000);

afterAll(async () => {
  await stopAll();
  await admin?.close();
  await bench?.close();
  expect(crashes).toEqual([]);
});

describe("a compacted topic in another number of partitions", () => {
  const topic = () => `${bench.platform.prefix}comms.suppression`;

  test("is refused while a reader runs, and for a topic that is not compacted", async () => {
    await startAll();
    for (const entry of entries) await write(entry);
    for (const entry of lifted) await lift(entry);
    await eventually(async () => expect(await boundEntries()).toEqual(namesOf(entries.slice(10))));
    await eventually(async () => expect(await liftedRows()).toHaveLength(lifted.length));
    await expect(repartitionCompacted(changeOf("comms.suppression", 9))).rejects.toMatchObject({
      code: "TOPIC_IN_USE",
    });
    await expect(repartitionCompacted(changeOf("comms.events", 9))).rejects.toMatchObject({
      code: "TOPIC_NOT_COMPACTED",
    });
    await stopAll();
  });

  test("loses nothing where the run is cut off, and goes on; what somebody wrote meanwhile counts", async () => {
    const before = await liftedRows();
    const fenced: unknown[] = [];
    const [newest] = entries.slice(-1) as [Suppression];
    const meddling: TopicAdmin = {
      ...admin,
      create: async (spec) => {
        if (spec.topic === topic()) {
          await admin.create(spec);
          return write({ ...newest, evidence: "written meanwhile" });
        }
        await write(entries[0] as Suppression).catch((error: unknown) => fenced.push(error));
        return admin.create(spec);
      },
    };
    const remove = vi.spyOn(bench.platform, "postgres").mockImplementationOnce(() => {
      throw new Error("cut off");
    });
    const change = { ...changeOf("comms.suppression", 9), admin: meddling };
    await expect(repartitionCompacted(change)).rejects.toThrow("cut off");
    remove.mockRestore();
    expect(fenced).toMatchObject([{ code: "KAFKA_RECORD_TOO_LARGE" }]);
    const { log, registry, prefix } = bench.platform;
    await expect(provision({ log: log(), registry: registry(), prefix })).rejects.toMatchObject({
      code: "TOPIC_REPARTITION_UNFINISHED",
    });
    await expect(repartitionCompacted(changeOf("comms.suppression", 12))).rejects.toMatchObject({
      code: "TOPIC_REPARTITION_UNFINISHED",
    });
    expect(await repartitionCompacted(changeOf("comms.suppression", 9))).toMatchObject({ misplaced: 0 });
    expect(await admin.topic(sideTopic(topic()))).toBeUndefined();
    expect(await admin.topic(topic())).toMatchObject({ partitions: 9, config: { "cleanup.policy": "compact" } });
    for (const { key, partition } of await readAll(topic())) expect(partition).toBe(partitionOfKey(key as Buffer, 9));

    await startAll();
    await eventually(async () => expect(await boundEntries()).toEqual(namesOf(entries.slice(10))));
    await eventually(async () => {
      const { rows } = await bench.database.pool.query(
        "select evidence from comms_suppression where suppress_id = $1",
        [newest.suppression_id],
      );
      expect(rows).toEqual([{ evidence: "written meanwhile" }]);
    });
    expect(await liftedRows()).toEqual(before);
  });

  test("takes a lift and a new entry afterwards, though offsets begin at zero again", async () => {
    const [again, next] = [lifted[0], entries[20]] as [Suppression, Suppression];
    await write({ ...again, evidence: "again" });
    await lift(next);
    const expected = namesOf([again, ...entries.slice(10)].filter((entry) => entry !== next));
    await eventually(async () => expect((await boundEntries()).toSorted()).toEqual(expected.toSorted()));
    await eventually(async () => expect(await liftedRows()).toHaveLength(lifted.length));
    await stopAll();
  });
});

describe("another keyed topic", () => {
  test("grows only when its readers have read it; a compacted one never", async () => {
    const key = "default/b-1";
    const { log, prefix } = bench.platform;
    const producer = await log().producer();
    await producer.send([{ topic: `${prefix}comms.feedback`, key, value: Buffer.from("x") }]);
    await producer.close();
    await expect(growDrained(changeOf("comms.feedback", 8))).rejects.toMatchObject({ code: "TOPIC_NOT_DRAINED" });
    await expect(growDrained(changeOf("comms.profiles", 8))).rejects.toMatchObject({ code: "TOPIC_COMPACTED" });
    await expect(growDrained(changeOf("comms.rendered", 6))).rejects.toMatchObject({ code: "TOPIC_UNCHANGED" });
    expect(await growDrained(changeOf("comms.rendered", 8))).toEqual([`${prefix}comms.rendered\t6 → 8 partitions`]);
    expect(await admin.topic(`${prefix}comms.rendered`)).toMatchObject({ partitions: 8 });
  });
});

function changeOf(name: string, partitions: number): TopicChange {
  const contract = topicContracts().find(({ topic }) => topic === name) as TopicContract;
  const connection = { bootstrap: addresses().kafka.bootstrap, clientId: "comms-topic-test" };
  return { platform: bench.platform, admin, contract, partitions, openLog: () => createKafkajsLog(connection) };
}

function entryOf(n: number): Suppression {
  const name = { tenant_id: "default", channel: "EMAIL", address_hash: `v1:dev:${n}` } as const;
  const why = { reason: "MANUAL", origin: "ADMIN", scope: "all", evidence: "", msg_id: null } as const;
  return { ...name, ...why, suppression_id: `s-${n}`, created_at: at };
}

function write(entry: Suppression): Promise<void> {
  return send(entry, bench.platform.codec().encode("comms.suppression", entry));
}

function lift(entry: Suppression): Promise<void> {
  return send(entry, null);
}

/** As a client that has seen nothing yet. */
async function send(entry: Suppression, value: Buffer | null): Promise<void> {
  const log = createKafkajsLog({ bootstrap: addresses().kafka.bootstrap, clientId: "comms-topic-test" });
  const producer = await log.producer();
  try {
    await producer.send([{ topic: `${bench.platform.prefix}comms.suppression`, key: suppressionKey(entry), value }]);
  } finally {
    await log.close();
  }
}

function namesOf(bound: readonly Suppression[]): readonly string[] {
  return bound.map(({ address_hash }) => address_hash);
}

/** The hashes that the views hold an entry for, in the order of `entries`. */
async function boundEntries(): Promise<readonly string[]> {
  const refs = entries.map(({ address_hash }) => ({
    tenantId: "default",
    channel: "EMAIL" as const,
    addressHash: address_hash,
  }));
  const { value } = await bench.platform.views().suppressions(refs);
  return refs.flatMap(({ addressHash }, index) => ((value[index]?.length ?? 0) > 0 ? [addressHash] : []));
}

async function liftedRows(): Promise<readonly object[]> {
  const query = "select suppress_id, lifted_at from comms_suppression where lifted_at is not null order by suppress_id";
  return (await bench.database.pool.query<object>(query)).rows;
}

async function readAll(topic: string): Promise<readonly InRecord[]> {
  const log = createKafkajsLog({ bootstrap: addresses().kafka.bootstrap, clientId: "comms-topic-test" });
  const records: InRecord[] = [];
  for await (const run of log.readToEnd([topic])) records.push(...run);
  await log.close();
  return records;
}

async function startAll(): Promise<void> {
  const runnables = [await assembleMaterializer(bench.platform, bench.config), await assembleProjector(bench.platform)];
  for (const runnable of runnables)
    shells.push(await startStage(bench.platform, runnable, (error) => crashes.push(error)));
}

async function stopAll(): Promise<void> {
  for (const shell of shells) await shell.stop(2_000);
  shells = [];
}

function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 30_000, interval: 200 });
}

import type { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { createMaterializer } from "#processors/materializer/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { CompactedCheck } from "#shared/platform/kafka/key-places.ts";
import { redisKeys } from "#shared/platform/redis/keys.ts";
import { allGroupTopics } from "#shared/runtime/lag/group-lag.ts";
import { createRebuildableDedupe } from "#shared/state/dedupe/rebuildable-dedupe.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";

const allSound: CompactedCheck = async (batch) => batch.map(() => undefined);

function recording(name: string, ...topics: readonly TopicName[]): RebuildableState & { readonly got: unknown[] } {
  const got: unknown[] = [];
  return {
    name,
    topics,
    quarantineMs: 0,
    got,
    apply: async (records) => void got.push(...records.map((each) => each.value)),
  };
}

function record(topic: TopicName, value: unknown): DecodedRecord<unknown> {
  return {
    topic,
    value,
    origin: { topic, partition: 0, offset: 0, key: null, value: null, headers: {}, timestamp: 0 },
  };
}

describe("createMaterializer", () => {
  const flags = recording("flags", "comms.flags");
  const ledger = recording("ledger", "comms.feedback");
  const softBounces = recording("soft-bounces", "comms.feedback", "comms.flags");
  const materializer = createMaterializer([flags, ledger, softBounces], { check: allSound });

  it("reads each topic once", () => {
    expect(materializer.inputs).toEqual(["comms.flags", "comms.feedback"]);
  });

  it("gives every state the records of its topics, tombstones too, in their order", async () => {
    const batch = [record("comms.flags", 1), record("comms.feedback", 2), record("comms.flags", null)];
    const outcomes = await materializer.apply(batch, 0);
    expect([flags.got, ledger.got, softBounces.got]).toEqual([[1, null], [2], [1, 2, null]]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["emit", "emit", "emit"]);
  });

  it("fails as a whole where one of them fails", async () => {
    const failing: RebuildableState = {
      ...recording("x", "comms.flags"),
      apply: () => Promise.reject(new Error("away")),
    };
    await expect(
      createMaterializer([flags, failing], { check: allSound }).apply([record("comms.flags", 1)], 0),
    ).rejects.toThrow("away");
  });

  it("makes a dead letter of what the check refuses, and applies the others", async () => {
    const own = recording("own", "comms.flags");
    const check: CompactedCheck = async (batch) =>
      batch.map(({ value }) => (value === 2 ? "It is not its key's" : undefined));
    const batch = [1, 2, 3].map((value) => record("comms.flags", value));
    const outcomes = await createMaterializer([own], { check }).apply(batch, 0);
    expect(own.got).toEqual([1, 3]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["emit", "deadLetter", "emit"]);
    expect(outcomes[1]).toMatchObject({ reason: "COMMS_POISON", message: "It is not its key's" });
  });

  it.each([
    [
      "comms.profiles",
      { tenant_id: "default", user_id: "u", email: null, phone: null, locale: null, tz: "Berlin" },
      "'tz'",
    ],
    [
      "comms.preferences",
      {
        channels: [{ channel: "EMAIL", category: "booking", opted_in: false }],
        quiet_hours: { tz: "Pacific Standard Time", start_local: "21:00", end_local: "08:00" },
      },
      "'quiet_hours.tz'",
    ],
  ] as const)(
    "applies a record of %s with a field that cannot be read, and sets it aside with the field named",
    async (topic, value, field) => {
      const own = recording("own", topic);
      const outcomes = await createMaterializer([own], { check: allSound }).apply([record(topic, value)], 0);
      expect(own.got).toEqual([value]);
      expect(outcomes).toMatchObject([{ kind: "deadLetter", reason: "COMMS_POISON" }]);
      expect(outcomes[0]).toHaveProperty("message", expect.stringContaining(field));
    },
  );
});

describe("createMaterializer, of states that their writers write", () => {
  it("reads nothing for a state that its writers write, and gives it nothing", async () => {
    const ahead = { ...recording("dedupe", "comms.decisions", "comms.flags"), isWrittenAhead: true };
    const own = createMaterializer([recording("flags", "comms.flags"), ahead], { check: allSound });
    await own.apply([record("comms.flags", 1)], 0);
    expect([own.inputs, ahead.got]).toEqual([["comms.flags"], []]);
  });

  it("reads in its group what the contracts name, but for the three topics that restore the ledger and the dedupe window", () => {
    const client = { redis: {} as Redis, keys: redisKeys("t:") };
    const ledger = createRebuildableLedger(createMemoryLedger());
    const all = [...createRebuildableViews(client), ledger, createRebuildableDedupe(client)];
    const { inputs } = createMaterializer(all, { check: allSound });
    const group = allGroupTopics().find((one) => one.group === "comms.materializer");
    expect(inputs.toSorted()).toEqual(group?.topics.toSorted());
    expect(inputs.filter((topic) => ["comms.decisions", "comms.feedback", "comms.attempts"].includes(topic))).toEqual(
      [],
    );
    expect(all.flatMap(({ topics }) => topics).toSorted()).toEqual(
      topicContracts()
        .filter(({ consumers }) => consumers.includes("materializer"))
        .map(({ topic }) => topic)
        .toSorted(),
    );
  });
});

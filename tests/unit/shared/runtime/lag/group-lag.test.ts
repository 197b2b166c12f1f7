import { describe, expect, it } from "vitest";
import {
  allGroupTopics,
  countLag,
  gatewayWatchedGroups,
  groupTopicsOf,
  knownTimestamps,
  measureLag,
} from "#shared/runtime/lag/group-lag.ts";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { joinGroup } from "#tests/support/group-member.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

const group = groupTopicsOf("intake", ["comms.events"]);

describe("the lag of a group", () => {
  it("is all that a partition holds where nothing was committed, as old as its first record", async () => {
    const clock = createManualClock(1_000);
    const log = createMemoryLog({ partitions: 2, clock });
    const producer = await log.producer();
    const at = (partition: number) => ({ topic: "t.comms.events", key: null, value: null, partition });
    await producer.send([at(0), at(0)]);
    await clock.advance(5_000);
    await producer.send([at(0)]);
    expect(await measureLag(group, { log, prefix: "t." })).toEqual([
      { topic: "comms.events", partition: 0, committed: -1, high: 3, records: 3, oldest: 1_000 },
      { topic: "comms.events", partition: 1, committed: -1, high: 0, records: 0, oldest: undefined },
    ]);
    expect(await countLag(group, { log, prefix: "t." })).toEqual([
      { topic: "comms.events", partition: 0, committed: -1, high: 3, records: 3 },
      { topic: "comms.events", partition: 1, committed: -1, high: 0, records: 0 },
    ]);
  });

  it("counts from what was committed, and looks up only what it does not know from before", async () => {
    const clock = createManualClock(1_000);
    const log = createMemoryLog({ partitions: 1, clock });
    const producer = await log.producer();
    const one = { topic: "comms.events", key: null, value: null };
    await producer.send([one, one]);
    const member = await joinGroup(log, { groupId: "comms.intake", topics: ["comms.events"] });
    await log.idle();
    await member.consumer.commit([{ topic: "comms.events", partition: 0, offset: 1 }], member.generation());
    await member.consumer.close();
    const asked: number[] = [];
    const counted = {
      ...log,
      timestamps: async (positions: Parameters<typeof log.timestamps>[0]) => {
        asked.push(positions.length);
        return log.timestamps(positions);
      },
    };
    const first = await measureLag(group, { log: counted, prefix: "" });
    expect(first).toMatchObject([{ committed: 1, records: 1, oldest: 1_000 }]);
    const again = await measureLag(group, { log: counted, prefix: "", known: knownTimestamps(first, "") });
    expect([again, asked]).toEqual([first, [1, 0]]);
  });

  it("knows the topics of every group from their contracts", () => {
    const topicsOf = (name: string) => allGroupTopics().find((one) => one.group === name)?.topics;
    expect(topicsOf("comms.intake")).toEqual(["comms.events", "comms.events.bulk"].toSorted());
    expect(topicsOf("comms.router")?.toSorted()).toEqual(["comms.accepted", "comms.accepted.bulk"]);
    expect(topicsOf("comms.email-sender")?.toSorted()).toEqual(["comms.send.email", "comms.send.email.bulk"]);
    expect(allGroupTopics().every(({ topics }) => topics.length > 0)).toBe(true);
  });
});

describe("the groups that a gateway watches", () => {
  it("are all that its process does not host, with the age of intake's alone: it may read nothing else", () => {
    const { groups, countedGroups } = gatewayWatchedGroups(["gateway", "projector"]);
    expect(groups.map(({ group: name }) => name)).toEqual(["comms.intake"]);
    const all = allGroupTopics().map(({ group: name }) => name);
    const others = all.filter((name) => name !== "comms.intake" && name !== "comms.projector");
    expect(countedGroups.map(({ group: name }) => name)).toEqual(others);
    expect(gatewayWatchedGroups(["gateway", "intake"]).groups).toEqual([]);
  });
});

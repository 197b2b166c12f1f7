import type { Fuse } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import { allGroupTopics, type GroupTopics, measureLag, type PartitionLag } from "#shared/runtime/lag/group-lag.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { type CliCommand, exit } from "./command.ts";
import { statusSettings } from "./command-settings.ts";
import { alignedTable } from "./table.ts";

/** One group as the broker knows it, whoever of it lives. */
export interface GroupState extends GroupTopics {
  readonly members: number;
  readonly lags: readonly PartitionLag[];
  readonly fuse: Fuse | undefined;
}

/** `comms status`: every group, whether it has a member, how far it is behind, and its fuse. Asks the broker alone. */
export const status: CliCommand = {
  name: "status",
  usage: "status",
  summary: "Show each stage's members, how far it is behind, and its dead-letter fuse",
  flags: {},
  accepts: ({ args }) => args.length === 0,
  run: async () => {
    const states = await readGroups(allGroupTopics());
    process.stdout.write(alignedTable([statusHead, ...states.flatMap((state) => groupStatusRows(state, Date.now()))]));
    return states.some(({ fuse }) => fuse?.state === "BLOWN") ? exit.failed : exit.done;
  },
};

/** `comms group describe`: a group partition by partition. */
export const group: CliCommand = {
  name: "group",
  usage: "group describe [STAGE…]",
  summary: "Show what consumer groups have committed, partition by partition, and their lag",
  flags: {},
  accepts: ({ args: [verb, ...asked] }) => verb === "describe" && wantedGroups(asked).length >= asked.length,
  run: async (invocation) => {
    const wanted = wantedGroups(invocation.args.slice(1));
    if (group.accepts?.(invocation) !== true) {
      const all = allGroupTopics();
      process.stderr.write(
        `Usage: comms ${group.usage}\nThere are: ${all.map(({ group: id }) => id.slice("comms.".length)).join(", ")}\n`,
      );
      return exit.usage;
    }
    process.stdout.write(alignedTable([groupHead, ...(await readGroups(wanted)).flatMap(groupRows)]));
    return exit.done;
  },
};

/** The groups of these stages, or all of them. */
function wantedGroups(asked: readonly string[]): readonly GroupTopics[] {
  const all = allGroupTopics();
  return asked.length === 0 ? all : all.filter(({ group: id }) => asked.some((one) => id.endsWith(`.${one}`)));
}

async function readGroups(groups: readonly GroupTopics[]): Promise<readonly GroupState[]> {
  const platform = createProcessContext(readConfig(statusSettings), { name: "status" });
  try {
    await platform.warm();
    return await groupStates(platform, groups);
  } finally {
    await platform.close();
  }
}

async function groupStates(platform: ProcessContext, groups: readonly GroupTopics[]): Promise<readonly GroupState[]> {
  const { prefix } = platform;
  const log = platform.log();
  const fuses = await createFuseTopic({ log, codec: platform.codec(), prefix }).read();
  const members = await log.groups(`${prefix}comms.`);
  return Promise.all(
    groups.map(async (one) => ({
      ...one,
      members: members.get(prefix + one.group) ?? 0,
      lags: await measureLag(one, { log, prefix }),
      fuse: fuses.get(one.group.slice("comms.".length)),
    })),
  );
}

const statusHead = ["GROUP", "MEMBERS", "TOPIC", "LAG", "OLDEST", "FUSE"];

/** A line a topic of the group. A partition that was never committed counts with all that it holds. */
export function groupStatusRows({ group: id, topics, members, lags, fuse }: GroupState, now: Instant): string[][] {
  return topics.map((topic) => {
    const own = lags.filter((lag) => lag.topic === topic);
    const records = own.reduce((sum, lag) => sum + lag.records, 0);
    const oldest = Math.min(...own.map((lag) => lag.oldest ?? Number.POSITIVE_INFINITY));
    const age = Number.isFinite(oldest) ? `${Math.max(0, Math.round((now - oldest) / 1000))} s` : "-";
    return [id, String(members), topic, String(records), age, fuse?.state === "BLOWN" ? "blown" : "whole"];
  });
}

const groupHead = ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG"];

/** A line a partition, with the columns of Kafka's own tool, but for the lag of one that was never committed: it is whole. */
export function groupRows({ group: id, lags }: Pick<GroupState, "group" | "lags">): string[][] {
  return lags.map(({ topic, partition, committed, high, records }) => [
    id,
    topic,
    String(partition),
    committed < 0 ? "-" : String(committed),
    String(high),
    String(records),
  ]);
}

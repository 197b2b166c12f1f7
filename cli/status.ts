import type { Fuse } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import { allGroupTopics, type GroupTopics, measureLag, type PartitionLag } from "#shared/runtime/lag/group-lag.ts";
import {
  createProcessContext,
  type ProcessContext,
  type ProcessContextConfig,
} from "#shared/runtime/process/process-context.ts";
import { type Books, readBooks } from "#shared/state/books/read-books.ts";
import { booksText } from "./books-text.ts";
import { type CliCommand, exit } from "./command.ts";
import { groupSettings, statusSettings } from "./command-settings.ts";
import { parseDuration } from "./duration.ts";
import { alignedTable } from "./table.ts";

/** One group as the broker knows it, whoever of it lives. */
export interface GroupState extends GroupTopics {
  readonly members: number;
  readonly lags: readonly PartitionLag[];
  readonly fuse: Fuse | undefined;
}

/** The books of how long ago are shown, unless asked otherwise. */
const booksSince = "2h";
const formats = ["text", "json"];

/**
 * `comms status`: every group, whether it has a member, how far it is behind, and its fuse, from the broker; then the books, from
 * Postgres. Fails where a fuse is blown or a record is missing.
 */
export const status: CliCommand = {
  name: "status",
  usage: "status [--since 2h] [--format text|json]",
  summary: "Show each stage's members, how far it is behind, its dead-letter fuse, and whether the books balance",
  flags: { since: { type: "string", default: booksSince }, format: { type: "string", default: "text" } },
  accepts: ({ args, flags }) =>
    args.length === 0 &&
    parseDuration(String(flags["since"])) !== undefined &&
    formats.includes(String(flags["format"])),
  run: async (invocation) => {
    const sinceMs = parseDuration(String(invocation.flags["since"]));
    if (sinceMs === undefined || status.accepts?.(invocation) !== true) {
      process.stderr.write("Name a time such as --since 90m, 24h or 7d, and --format text or json.\n");
      return exit.usage;
    }
    const now = Date.now();
    const { states, books } = await withPlatform(readConfig(statusSettings), async (platform) => ({
      states: await groupStates(platform, allGroupTopics()),
      books: await readBooks(platform.postgres(), now - sinceMs),
    }));
    const isJson = invocation.flags["format"] === "json";
    process.stdout.write(isJson ? statusJson(states, books) : statusText(states, books, now));
    const isBlown = states.some(({ fuse }) => fuse?.state === "BLOWN");
    return isBlown || books.remainder > 0 ? exit.failed : exit.done;
  },
};

function statusText(states: readonly GroupState[], books: Books, now: Instant): string {
  return `${alignedTable([statusHead, ...states.flatMap((state) => groupStatusRows(state, now))])}\n${booksText(books, now)}`;
}

function statusJson(groups: readonly GroupState[], books: Books): string {
  return `${JSON.stringify({ groups, books }, null, 2)}\n`;
}

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
    const states = await withPlatform(readConfig(groupSettings), (platform) => groupStates(platform, wanted));
    process.stdout.write(alignedTable([groupHead, ...states.flatMap(groupRows)]));
    return exit.done;
  },
};

/** The groups of these stages, or all of them. */
function wantedGroups(asked: readonly string[]): readonly GroupTopics[] {
  const all = allGroupTopics();
  return asked.length === 0 ? all : all.filter(({ group: id }) => asked.some((one) => id.endsWith(`.${one}`)));
}

async function withPlatform<T>(
  config: ProcessContextConfig,
  work: (platform: ProcessContext) => Promise<T>,
): Promise<T> {
  const platform = createProcessContext(config, { name: "status" });
  try {
    await platform.warm();
    return await work(platform);
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

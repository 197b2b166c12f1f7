import type { Pool } from "pg";
import { deadLetterTopic, groupOf, sendChannels, stages, type TopicName } from "#shared/contracts/topics.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { measureLag } from "#shared/runtime/lag/group-lag.ts";

const queuedSql = sqlFile(import.meta.url, "./queued-messages.sql");

/** The queue of all stages' dead letters. */
export const deadLetterQueue = "communication-dlq";

/** The queues by the names that runbooks have: a channel's orders in both lanes, and what was set aside. */
export const queueNames: readonly string[] = [...sendChannels, deadLetterQueue];

/** How far back what is in flight is counted, ms. */
const inFlightMs = 3_600_000;
/** A request waits no longer for the count. */
const inTime = { deadlineMs: 5_000 };

/** One queue, of all tenants together; `in_flight` alone is the tenant's. */
export interface QueueState {
  readonly queue: string;
  /** Records that are not done: on the channel's topics behind what its sender has committed; dead letters that are kept. */
  readonly waiting: number;
  /** Messages of the last hour that are decided to go and have no result yet; null where the table does not answer. */
  readonly in_flight: number | null;
  /** Age of the oldest record that waits; null where none does. */
  readonly oldest_age_seconds: number | null;
  /** Members of the sender's group; 0 where nobody sends. */
  readonly consumers: number;
}

export interface QueueParts {
  readonly log: Pick<Log, "offsets" | "committed" | "timestamps" | "groups">;
  readonly pool: Pool;
  /** Put before every topic and group. */
  readonly prefix: string;
}

/** Whose messages in flight are counted, and when. */
export interface QueueQuery {
  readonly tenantId: string;
  readonly now: Instant;
  readonly names: readonly string[];
}

/** Reads the queues that are named. Rejects with the `AppError` of the log. */
export async function readQueues(parts: QueueParts, { tenantId, now, names }: QueueQuery): Promise<QueueState[]> {
  const { log, prefix } = parts;
  const [members, queued] = await Promise.all([log.groups(`${prefix}comms.`), queuedOf(parts, tenantId, now)]);
  return Promise.all(
    names.map(async (queue) => {
      const channel = sendChannels.find((one) => one === queue);
      if (channel === undefined) {
        return { queue, ...(await heldRecords(parts, stages.map(deadLetterTopic), now)), in_flight: 0, consumers: 0 };
      }
      const in_flight = queued === undefined ? null : (queued.get(channel) ?? 0);
      const topics: readonly TopicName[] = [`comms.send.${channel}`, `comms.send.${channel}.bulk`];
      const stage = stages.find((one) => one === `${channel}-sender`);
      if (stage === undefined) return { queue, ...(await heldRecords(parts, topics, now)), in_flight, consumers: 0 };
      const group = groupOf(stage);
      const lags = await measureLag({ group, topics }, parts);
      return {
        queue,
        waiting: lags.reduce((sum, { records }) => sum + records, 0),
        in_flight,
        oldest_age_seconds: ageOf(
          lags.map(({ oldest }) => oldest),
          now,
        ),
        consumers: members.get(prefix + group) ?? 0,
      };
    }),
  );
}

/** Everything that topics hold, where no group says what of it is done. */
async function heldRecords({ log, prefix }: QueueParts, topics: readonly string[], now: Instant) {
  const offsets = await log.offsets(topics.map((topic) => prefix + topic));
  const filled = offsets.filter(({ low, high }) => high > low);
  const oldest = await log.timestamps(filled.map(({ topic, partition, low }) => ({ topic, partition, offset: low })));
  const waiting = filled.reduce((sum, { low, high }) => sum + high - low, 0);
  return { waiting, oldest_age_seconds: ageOf(oldest, now) };
}

function ageOf(instants: readonly (Instant | undefined)[], now: Instant): number | null {
  const oldest = Math.min(...instants.map((at) => at ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(oldest) ? Math.max(0, Math.round((now - oldest) / 1_000)) : null;
}

/** By channel; undefined where the table does not answer: what waits is told all the same. */
async function queuedOf({ pool }: QueueParts, tenantId: string, now: Instant) {
  try {
    const values = [tenantId, new Date(now - inFlightMs)];
    const { rows } = await postgres(() => pool.query<{ channel: string; count: number }>(queuedSql, values), inTime);
    return new Map(rows.map(({ channel, count }) => [channel, count]));
  } catch {
    return undefined;
  }
}

import type { InRecord, OutRecord } from "#shared/contracts/log-record.ts";
import { AppError } from "../errors/app-error.ts";
import { partitionOfKey } from "../kafka/partitioner.ts";
import type { Log, Producer } from "../kafka/port.ts";
import type { TopicAdmin, TopicState } from "../kafka/topic-admin.ts";

/** What a repartitioning works with. */
export interface RepartitionParts {
  readonly admin: TopicAdmin;
  /** A log that has seen nothing yet: one that knows the topic from before would place keys by its old partitions. */
  readonly openLog: () => Log;
  /** The largest record that the topic takes by its contract, bytes. */
  readonly bytesMax: number;
  /** Forgets the positions by which views and tables fence this topic's records: offsets begin again. Must be idempotent. */
  readonly forget: () => Promise<void>;
  /** Told what is done next, in a line. */
  readonly report: (line: string) => void;
}

/** What came of it. */
export interface Repartition {
  readonly copied: number;
  /** Records that lay in another partition than their key's, and so never counted. They are left out. */
  readonly misplaced: number;
}

/** Marks a record that the copy wrote. One without it was written by somebody else, and is the newer one. */
const copyHeader = "comms-repartitioned";
/** So small that a topic takes no record at all: what somebody writes meanwhile must fail aloud, not be lost with the topic. */
const fence = { "max.message.bytes": "1" } as const;
const recordsPerSend = 500;
const repairsMax = 10;

/** The name of the topic that holds the records while the other is made again. */
export function sideTopic(topic: string): string {
  return `${topic}.repartition`;
}

/**
 * Gives a compacted topic another number of partitions under its own name, each key where it then belongs: closes the topic to
 * writers, copies it to a side topic, makes it again, copies back. The whole is on one of the two at every moment, so a run
 * that was cut off is run again with the same number. No reader may be a member meanwhile: the caller checks. Rejects with
 * `TOPIC_UNCHANGED`, `TOPIC_REPARTITION_UNFINISHED` (neither retryable), and the log's errors.
 */
export async function repartition(parts: RepartitionParts, topic: string, partitions: number): Promise<Repartition> {
  const { admin, report, forget } = parts;
  const side = sideTopic(topic);
  const found = await admin.topic(topic);
  const aside = await admin.topic(side);
  const stage = stageOf({ topic, partitions, found, aside });
  let misplaced = 0;
  if (stage === "begin" && found !== undefined) {
    if (aside !== undefined) await admin.remove(side);
    misplaced = await moveAside(parts, { topic, partitions, found });
  } else report("goes on where an earlier run was cut off");
  report(`makes ${topic} again with ${partitions} partitions and copies it back`);
  const kept = aside !== undefined && stage === "resume" ? aside : ((await admin.topic(side)) as TopicState);
  if ((await admin.topic(topic)) === undefined) await admin.create({ ...kept, topic });
  const { copied } = await copy(parts, { from: side, to: topic, headers: { [copyHeader]: Buffer.from("1") } });
  await repair(parts, topic);
  report("forgets the positions of views and tables");
  await forget();
  await admin.remove(side);
  return { copied, misplaced };
}

interface Before {
  readonly topic: string;
  readonly partitions: number;
  readonly found: TopicState | undefined;
  readonly aside: TopicState | undefined;
}

/**
 * Where a run begins. The side topic holds everything once the topic is gone or has the side's number of partitions; before
 * that the topic is closed, and the side may be thrown away. Throws where neither can be told: it might be the only copy.
 */
function stageOf({ topic, partitions, found, aside }: Before): "begin" | "resume" {
  const refuse = (code: string, why: string): never => {
    throw new AppError(code, why, { retryable: false });
  };
  if (aside === undefined && found === undefined) return refuse("KAFKA_UNKNOWN_TOPIC", `There is no topic ${topic}`);
  if (aside === undefined) {
    if (found?.partitions !== partitions) return "begin";
    return refuse("TOPIC_UNCHANGED", `${topic} has ${partitions} partitions already`);
  }
  if (found === undefined || found.partitions === aside.partitions) {
    if (aside.partitions === partitions) return "resume";
    const why = `An earlier run of ${topic} was cut off: run it again with --partitions ${aside.partitions} first`;
    return refuse("TOPIC_REPARTITION_UNFINISHED", why);
  }
  if (isFenced(found)) return "begin";
  const why = `${topic} and ${sideTopic(topic)} both exist, and nothing says which holds all records: compare them, and remove the one that does not`;
  return refuse("TOPIC_REPARTITION_UNFINISHED", why);
}

function isFenced({ config }: TopicState): boolean {
  return config["max.message.bytes"] === fence["max.message.bytes"];
}

interface Move {
  readonly topic: string;
  readonly partitions: number;
  readonly found: TopicState;
}

/** Copies the topic to the side and removes it. Whoever writes meanwhile is refused; if the copy fails, the topic is as it was. */
async function moveAside(parts: RepartitionParts, { topic, partitions, found }: Move): Promise<number> {
  const { admin, bytesMax, report } = parts;
  const config = { ...found.config, ...(isFenced(found) ? { "max.message.bytes": String(bytesMax) } : {}) };
  const side = sideTopic(topic);
  report(`closes ${topic} to writers and copies it to ${side}`);
  try {
    await admin.configure(topic, { ...config, ...fence });
    await admin.create({ topic: side, partitions, replicationFactor: found.replicationFactor, config });
    const { copied, misplaced } = await copy(parts, { from: topic, to: side });
    report(`${copied} records copied, ${misplaced} left out: they lay in another partition than their key's`);
    await admin.remove(topic);
    return misplaced;
  } catch (error) {
    await reopen(admin, topic, config);
    throw error;
  }
}

/** The side goes first: a closed topic beside it says that the topic is the whole one. */
async function reopen(admin: TopicAdmin, topic: string, config: TopicState["config"]): Promise<void> {
  try {
    if ((await admin.topic(topic)) === undefined) return;
    if ((await admin.topic(sideTopic(topic))) !== undefined) await admin.remove(sideTopic(topic));
    await admin.configure(topic, config);
  } catch {
    // It stays closed; the next run begins again.
  }
}

interface Copy {
  readonly from: string;
  readonly to: string;
  readonly headers?: OutRecord["headers"];
}

async function copy({ openLog }: RepartitionParts, { from, to, headers }: Copy): Promise<Repartition> {
  return withProducer(openLog(), async (log, producer) => {
    const count = (await log.partitions([from])).get(from) ?? 0;
    let copied = 0;
    let misplaced = 0;
    for await (const run of log.readToEnd([from])) {
      const placed = run.filter(({ key, partition }) => key !== null && partitionOfKey(key, count) === partition);
      misplaced += run.length - placed.length;
      for (let start = 0; start < placed.length; start += recordsPerSend)
        await producer.send(placed.slice(start, start + recordsPerSend).map((record) => copyOf(record, to, headers)));
      copied += placed.length;
    }
    return { copied, misplaced };
  });
}

function copyOf(
  { key, value, timestamp, headers }: InRecord,
  topic: string,
  extra: OutRecord["headers"] = {},
): OutRecord {
  const { [copyHeader]: _, ...own } = headers;
  return { topic, key, value, timestamp, headers: { ...own, ...extra } };
}

/** The topic takes writers as soon as it stands: what one of them wrote before the copy of its key came is written again after it. */
async function repair({ openLog }: RepartitionParts, topic: string): Promise<void> {
  await withProducer(openLog(), async (log, producer) => {
    for (let pass = 0; pass < repairsMax; pass++) {
      const overwritten = await overwrittenIn(log, topic);
      if (overwritten.length === 0) return;
      await producer.send(overwritten.map((record) => copyOf(record, topic)));
    }
  });
}

/** The last record of each key that somebody else wrote, where a copy came after it. */
async function overwrittenIn(log: Log, topic: string): Promise<readonly InRecord[]> {
  const others = new Map<string, { readonly record: InRecord; isOverwritten: boolean }>();
  for await (const run of log.readToEnd([topic])) {
    for (const record of run) {
      const key = record.key?.toString("latin1") ?? "";
      const other = others.get(key);
      if (record.headers[copyHeader] === undefined) others.set(key, { record, isOverwritten: false });
      else if (other !== undefined) other.isOverwritten = true;
    }
  }
  return [...others.values()].filter(({ isOverwritten }) => isOverwritten).map(({ record }) => record);
}

async function withProducer<T>(log: Log, work: (log: Log, producer: Producer) => Promise<T>): Promise<T> {
  try {
    return await work(log, await log.producer());
  } finally {
    await log.close(5_000);
  }
}

import type { InRecord } from "#shared/contracts/log-record.ts";
import { groupOf } from "#shared/contracts/topics.ts";
import { lookAt, type Stretch } from "#shared/domain/books/chunks.ts";
import { bookedGroups, type Hop, hopOf, hops } from "#shared/domain/books/hops.ts";
import { partitionName, type RecordPlace } from "#shared/domain/books/place.ts";
import { readSource } from "#shared/domain/books/source.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { AuditStore, GroupRemainder, MissingRecord } from "#shared/state/books/audit-store.ts";
import { createDeadLetterTails, type DeadLetterTails } from "./adapters/dead-letter-tails.ts";
import { readRange } from "./adapters/record-range.ts";
import type { RecordName } from "./core/record-name.ts";

/** How often the books are looked through, ms: what is missing is named with the second look that could see it, or the third where intake left it out. */
const auditEveryMs = 5_000;
/** How long an auditor may be silent before another takes its place, ms. */
const leaseMs = 20_000;
/** What one look takes of a partition at most: offsets, those of them without a mark, and records that are read for these. */
export const lookMax = { offsets: 65_536, unmarked: 1_000, records: 5_000 } as const;

/** What an audit works with. */
export interface AuditParts {
  readonly log: Pick<Log, "offsets" | "committed" | "readToEnd">;
  /** Put before every topic and group. */
  readonly prefix: string;
  readonly store: AuditStore;
  /** Identifies this process. */
  readonly owner: string;
  readonly nameOf: (record: InRecord, topic: string) => RecordName;
  /** Called after each look with all that is missing, and with every topic whose books are kept. */
  readonly report: (remainders: readonly GroupRemainder[]) => void;
}

/** What a hop is judged by: offsets that were committed when the look began. */
interface Look {
  readonly stretches: readonly Stretch[];
  /** Up to where the books of others must have been looked through: what the hop wrote for these offsets lies below. */
  readonly until: readonly RecordPlace[];
}

/** Where one partition stands; its topic is without prefix. */
interface PartitionPositions extends Pick<RecordPlace, "topic" | "partition"> {
  readonly low: number;
  readonly high: number;
  /** What its group has committed; -1 where nothing. */
  readonly commit: number;
}

/**
 * Looks for records that a group has committed and that left no trace, one process at a time. Nothing is judged by time: what
 * waits is not missing.
 */
export function createAudit(parts: AuditParts): Job {
  const audit = new Audit(parts);
  return { name: "audit of the books", run: (_now, _emit, signal) => audit.run(signal) };
}

/**
 * Outputs are acknowledged before an offset is committed. So what a group has committed has its traces below the ends that are asked
 * for afterwards; once the projector's books reach these, what still has no mark was left out.
 */
class Audit {
  readonly #parts: AuditParts;
  readonly #letters: DeadLetterTails;
  readonly #looks = new Map<string, Look>();
  /** Up to where each partition has been looked through, by `partitionName`. */
  #floors = new Map<string, number>();

  constructor(parts: AuditParts) {
    this.#parts = parts;
    this.#letters = createDeadLetterTails(parts.log, parts.prefix);
  }

  async run(signal: AbortSignal): Promise<number> {
    const { store, owner, report } = this.#parts;
    if (await store.lease(owner, leaseMs)) {
      this.#floors = new Map(await store.floors());
      const positions = await this.#positions();
      for (const hop of hops) await this.#lookAt(hop, positions, signal);
      await store.settle();
    } else {
      this.#looks.clear();
    }
    report(await store.remainders());
    return auditEveryMs;
  }

  async #lookAt(hop: Hop, positions: readonly PartitionPositions[], signal: AbortSignal): Promise<void> {
    const look = this.#looks.get(hop.stage) ?? this.#begin(hop, positions);
    const left = this.#isReached(look) ? await this.#judge(hop, look, signal) : look;
    if (left !== undefined) this.#looks.set(hop.stage, left);
    // A hop that waits for nobody is begun anew each time.
    else if (hop.after.length > 0) this.#looks.set(hop.stage, this.#begin(hop, positions));
    else this.#looks.delete(hop.stage);
  }

  #isReached({ until }: Look): boolean {
    return until.every((place) => this.#floorOf(place) >= place.offset);
  }

  #floorOf(place: Pick<RecordPlace, "topic" | "partition">): number {
    return this.#floors.get(partitionName(place)) ?? 0;
  }

  /** The commits are asked for first: what was written for them lies below the ends that are asked for afterwards. */
  async #positions(): Promise<readonly PartitionPositions[]> {
    const { log, prefix, store } = this.#parts;
    const whole = (topics: readonly string[]) => topics.map((topic) => prefix + topic);
    const committed = await Promise.all(
      hops.map(({ stage, topics }) => log.committed(prefix + groupOf(stage), whole(topics))),
    );
    const commits = new Map(committed.flat().map((at) => [partitionName(at), at.offset]));
    const bounds = await log.offsets(whole(bookedGroups.map(({ topic }) => topic)));
    const positions = bounds.map((bound) => ({
      ...bound,
      topic: bound.topic.slice(prefix.length),
      commit: commits.get(partitionName(bound)) ?? -1,
    }));
    await this.#beginBooks(positions);
    await store.forgetExpired(positions.map(({ topic, partition, low }) => ({ topic, partition, offset: low })));
    return positions;
  }

  /** The books of a partition that is seen for the first time begin with what its group has not committed. */
  async #beginBooks(positions: readonly PartitionPositions[]): Promise<void> {
    const { store } = this.#parts;
    for (const of of positions.filter((one) => this.#floorOf(one) > one.high)) {
      await store.forget(of);
      this.#floors.delete(partitionName(of));
    }
    const unknown = positions.filter((one) => !this.#floors.has(partitionName(one)));
    const begun = unknown.map(({ topic, partition, low, high, commit }) => ({
      topic,
      partition,
      offset: commit < 0 ? low : Math.min(commit, high),
    }));
    await store.advance(begun);
    for (const place of begun) this.#floors.set(partitionName(place), place.offset);
  }

  #begin({ topics, after }: Hop, positions: readonly PartitionPositions[]): Look {
    const of = (wanted: readonly string[]) => positions.filter(({ topic }) => wanted.includes(topic));
    const stretches = of(topics).map(({ topic, partition, low, high, commit }) => {
      const from = Math.max(low, this.#floorOf({ topic, partition }));
      return { topic, partition, from, to: Math.max(from, Math.min(commit, high)) };
    });
    const ends = of(after.flatMap((stage) => hopOf(stage).topics));
    return { stretches, until: ends.map(({ topic, partition, high }) => ({ topic, partition, offset: high })) };
  }

  /** Judges a look as far as one pass may go, and returns what is left of it. */
  async #judge(hop: Hop, { stretches, until }: Look, signal: AbortSignal): Promise<Look | undefined> {
    const { store } = this.#parts;
    const open = stretches.filter((stretch) => stretch.from < stretch.to);
    const now = open.map((stretch) => ({ ...stretch, to: Math.min(stretch.to, stretch.from + lookMax.offsets) }));
    const marks = await store.marks(now);
    const reached: RecordPlace[] = [];
    for (const stretch of now) {
      const { unmarked, until: offset } = lookAt(stretch, marks, lookMax.unmarked);
      const seen = { ...stretch, to: offset };
      const end = unmarked.length === 0 ? offset : await this.#miss(hop, seen, signal);
      reached.push({ topic: stretch.topic, partition: stretch.partition, offset: end });
    }
    await store.advance(reached);
    for (const place of reached) this.#floors.set(partitionName(place), place.offset);
    const left = open
      .map((stretch, at) => ({ ...stretch, from: reached[at]?.offset ?? stretch.from }))
      .filter(({ from, to }) => from < to);
    return left.length === 0 ? undefined : { stretches: left, until };
  }

  /**
   * Keeps what is missing in a stretch, and returns up to where it looked. Each record without a mark is read: one that is there
   * says that the hop before did its work.
   */
  async #miss(hop: Hop, stretch: Stretch, signal: AbortSignal): Promise<number> {
    const { log, prefix, store, nameOf } = this.#parts;
    await this.#letters.follow(hop.stage, (places) => store.mark(places), signal);
    const marks = await store.marks([stretch]);
    const [first, ...others] = lookAt(stretch, marks, lookMax.unmarked).unmarked;
    if (first === undefined) return stretch.to;
    const wanted = new Set([first, ...others]);
    const to = (others.at(-1) ?? first) + 1;
    const topic = prefix + stretch.topic;
    const range = { topic, partition: stretch.partition, from: first, to, recordsMax: lookMax.records };
    const { records, until } = await readRange(log, range, signal);
    const missing = records.filter(({ offset }) => wanted.has(offset));
    await store.miss(
      missing.map((record) => missingRecord(hop, stretch.topic, { record, ...nameOf(record, stretch.topic) })),
    );
    await store.mark(missing.flatMap(({ headers }) => readSource(headers)));
    return until < to ? until : stretch.to;
  }
}

function missingRecord(
  { stage }: Hop,
  topic: string,
  { record, id, tenantId }: RecordName & { readonly record: InRecord },
): MissingRecord {
  const { partition, offset, timestamp: writtenAt } = record;
  return { group: groupOf(stage), topic, partition, offset, id, tenantId, writtenAt };
}

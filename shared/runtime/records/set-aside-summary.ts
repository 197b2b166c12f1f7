import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { idFields, type RecordIds } from "./record-ids.ts";

/** A record on a topic that others write, which a stage has set aside. */
export interface SetAside {
  /** Without prefix. */
  readonly topic: string;
  readonly record: Pick<InRecord, "partition" | "offset" | "headers">;
  readonly reason: string;
  /** A sentence without values of the record. */
  readonly message: string;
  readonly ids: RecordIds;
}

/** How long the first record of a burst waits for others before its line is written, ms. */
const gatherMs = 5_000;
/** How far apart the lines of a burst that goes on are, ms. */
const repeatMs = 60_000;
/** As many sources are told apart; a stranger chooses the names, and each is a series. */
const sourcesMax = 50;
/** What may stand in a label: no address, no sentence. */
const plainSource = /^[\w./:-]{1,64}$/;

/** The labels of records whose source is no plain name, and of those whose source is one too many. */
export const unnamedSources = ["unknown", "other"] as const;

interface Burst {
  count: number;
  /** When the next line is due. */
  dueAt: Instant;
  readonly sources: Set<string>;
  first: SetAside;
  last: SetAside;
}

/**
 * Reports garbage of others: counted by topic and source, and one line for many records, because a producer may write
 * thousands. Call `flush` now and then.
 */
export class SetAsideSummary {
  readonly #stage: string;
  readonly #telemetry: Telemetry;
  readonly #bursts = new Map<string, Burst>();
  readonly #sources = new Set<string>();

  constructor({ stage, telemetry }: { readonly stage: string; readonly telemetry: Telemetry }) {
    this.#stage = stage;
    this.#telemetry = telemetry;
  }

  add(one: SetAside, now: Instant): void {
    const source = this.#sourceOf(one);
    this.#telemetry.metrics.count("comms_set_aside_total", { stage: this.#stage, topic: one.topic, source });
    const key = `${one.topic} ${one.reason}`;
    const burst = this.#bursts.get(key) ?? {
      count: 0,
      dueAt: now + gatherMs,
      sources: new Set(),
      first: one,
      last: one,
    };
    if (burst.count === 0) burst.first = one;
    burst.count++;
    burst.last = one;
    burst.sources.add(source);
    this.#bursts.set(key, burst);
  }

  /** Writes the lines that are due, or all of them at the end of a stage. A burst without news for a minute is over. */
  flush(now: Instant, isLast = false): void {
    for (const [key, burst] of this.#bursts) {
      if (!isLast && now < burst.dueAt) continue;
      if (burst.count === 0) {
        this.#bursts.delete(key);
        continue;
      }
      this.#write(burst);
      burst.count = 0;
      burst.sources.clear();
      burst.dueAt = now + repeatMs;
    }
  }

  #write({ count, sources, first, last }: Burst): void {
    const position = ({ record: { partition, offset }, ids }: SetAside) => ({ partition, offset, ...idFields(ids) });
    this.#telemetry.log.warn(
      {
        stage: this.#stage,
        topic: first.topic,
        code: first.reason,
        count,
        sources: [...sources],
        first: position(first),
        last: position(last),
      },
      `${count} ${count === 1 ? "record was" : "records were"} set aside; of the first: ${first.message}`,
    );
  }

  /** By `ce_source`, as CloudEvents names a producer. */
  #sourceOf({ record: { headers } }: SetAside): string {
    const header = headers["ce_source"];
    const name = (Buffer.isBuffer(header) ? header : header?.[0])?.toString("utf8") ?? "";
    if (!plainSource.test(name)) return "unknown";
    if (this.#sources.size < sourcesMax) this.#sources.add(name);
    return this.#sources.has(name) ? name : "other";
  }
}

import { shareRuns } from "#shared/platform/cache/share-runs.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { indexTemplates, type TemplateIndex } from "./template-index.ts";
import { readTemplates, type TemplateReading } from "./template-reader.ts";

/**
 * `comms.templates` in memory. What is looked up before `ready` is not found; what is published later is found after
 * `refreshMs` at most, or at once after `refresh`.
 */
export interface TemplateTable extends TemplateIndex {
  /** Resolves once everything that stood on the topic at the call is here. Rejects with the log's `Trouble`; call again. */
  ready(): Promise<void>;
  /** Resolves once everything that stood on the topic at the call is here. Costs one question for the offsets if nothing is new. */
  refresh(): Promise<void>;
  /** Stops following. Lookups go on answering. */
  close(): Promise<void>;
}

/** What the table follows the topic with. */
export interface TemplateTableOptions extends TemplateReading {
  readonly log: Pick<Log, "readToEnd" | "offsets">;
  readonly clock: Clock;
  /** How often the end of the topic is asked for, ms. Default 5,000. */
  readonly refreshMs?: number;
  /** Told of trouble while following; the table keeps what it has and tries again. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * Follows the topic by asking for its end offsets and reading it again when they moved: it holds some hundred records, and
 * a consumer in a group of its own would cost an idle process more and leave groups behind.
 */
export function createTemplateTable(options: TemplateTableOptions): TemplateTable {
  const stop = new AbortController();
  let index = indexTemplates([]);
  let seen = "";
  let following: Promise<void> | undefined;

  async function read(): Promise<void> {
    const ends = JSON.stringify(await options.log.offsets([options.topic]));
    if (ends === seen) return;
    index = indexTemplates(await readTemplates(options, stop.signal));
    seen = ends;
  }

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      await options.clock.sleep(options.refreshMs ?? 5_000, stop.signal);
      if (!stop.signal.aborted) await refresh().catch((error: unknown) => options.onTrouble?.(error));
    }
  }

  const refresh = shareRuns(read);
  return {
    ready: async () => {
      await refresh();
      following ??= follow();
    },
    refresh,
    active: (...place) => index.active(...place),
    version: (...place) => index.version(...place),
    get: (...place) => index.get(...place),
    close: async () => {
      stop.abort();
      await following;
    },
  };
}

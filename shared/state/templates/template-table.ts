import { shareRuns } from "#shared/platform/cache/share-runs.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { indexTemplates, type TemplateIndex } from "./template-index.ts";
import { readTemplates, type TemplateReaderOptions } from "./template-reader.ts";

/**
 * `comms.templates` in memory. A lookup before `ready` finds nothing; a template that is published later is found after
 * `refreshMs` at most, or at once after `refresh`.
 */
export interface TemplateTable extends TemplateIndex {
  /** Resolves once everything that was on the topic at the call is loaded. Rejects with the log's errors; call again. */
  ready(): Promise<void>;
  /** Resolves once everything that was on the topic at the call is loaded. Costs one request for offsets if nothing is new. */
  refresh(): Promise<void>;
  /** Stops following the topic. Lookups still answer. */
  close(): Promise<void>;
}

/** The clients and settings by which the table follows the topic. */
export interface TemplateTableOptions extends TemplateReaderOptions {
  readonly log: Pick<Log, "readToEnd" | "offsets">;
  readonly clock: Clock;
  /** How often the end of the topic is read, ms. Default 5,000. */
  readonly refreshMs?: number;
  /** Receives each error while following; the table keeps what it has and tries again. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Follows the topic: it reads the end offsets, and the whole topic again if they moved. The topic holds some hundred
 * records, and a consumer in a group of its own would cost an idle process more and leave groups behind.
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
      if (!stop.signal.aborted) await refresh().catch((error: unknown) => options.onError?.(error));
    }
  }

  const refresh = shareRuns(read);
  return {
    ready: async () => {
      await refresh();
      following ??= follow();
    },
    refresh,
    active: (...names) => index.active(...names),
    version: (...names) => index.version(...names),
    get: (place) => index.get(place),
    close: async () => {
      stop.abort();
      await following;
    },
  };
}

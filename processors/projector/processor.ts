import type { Job } from "#shared/domain/outcome/job.ts";
import type { CompactedCheck } from "#shared/platform/kafka/key-places.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { writeReads } from "#shared/runtime/records/bisect.ts";
import { poison } from "#shared/runtime/records/decode.ts";
import type { Partitions } from "./adapters/partitions.ts";
import type { Retention } from "./adapters/retention.ts";
import type { Tables } from "./adapters/tables.ts";
import { foldRows } from "./core/merge-rows.ts";
import { type Projection, project, projectedTopics } from "./core/project.ts";
import { foldSuppressions } from "./core/suppression-row.ts";

/** What a record says to the tables, or why they cannot hold it. */
type Read = Projection | string;

const turnOverEveryMs = 3_600_000;

export interface ProjectorClients {
  readonly tables: Tables;
  readonly partitions: Partitions;
  /** What it refuses is a dead letter, as it is at the materializer. */
  readonly check: CompactedCheck;
}

/** Keeps the tables that people search: messages, decisions, suppressions, refusals. Writes nothing to the log. */
export function createProjector({ tables, partitions, check }: ProjectorClients): SinkProcessor {
  return {
    kind: "sink",
    name: "projector",
    inputs: projectedTopics,
    apply: async (batch) => {
      const issues = await check(batch);
      const reads: readonly Read[] = batch.map((record, at) => issues[at] ?? project(record));
      return writeReads(reads, write, poison);
    },
  };

  async function write(projections: readonly Projection[]): Promise<void> {
    const decisions = projections.flatMap((each) => each.decisions);
    await partitions.ensure(decisions.map((decision) => decision.recorded_at));
    await Promise.all([
      tables.upsertMessages(foldRows(projections.flatMap((each) => each.messages))),
      tables.insertDecisions(decisions),
      tables.upsertSuppressions(foldSuppressions(projections.flatMap((each) => each.suppressions))),
      tables.insertRejections(projections.flatMap((each) => each.rejections)),
    ]);
  }
}

/** Creates the decision table's coming months and drops those older than 400 days. */
export function createPartitionJob({ partitions }: Pick<ProjectorClients, "partitions">): Job {
  return {
    name: "partitions",
    run: async (now) => {
      await partitions.turnOver(now);
      return turnOverEveryMs;
    },
  };
}

/** How soon a sweep goes on that found more than one batch, ms: the tables are there for others in between. */
const sweepAgainMs = 50;
const sweepEveryMs = 3_600_000;

/** Deletes rows whose time is over, batch after batch until none is left, and looks again each hour. */
export function createRetentionJob({ retention }: { readonly retention: Retention }): Job {
  return {
    name: "retention",
    run: async (now) => ((await retention.sweep(now)) ? sweepAgainMs : sweepEveryMs),
  };
}

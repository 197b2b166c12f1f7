import { codeOf } from "#shared/errors/trouble.ts";
import type { Job, Outcome, SinkProcessor } from "#shared/processor/processor.ts";
import type { Partitions } from "./adapters/partitions.ts";
import type { Tables } from "./adapters/tables.ts";
import { foldRows } from "./core/merge-rows.ts";
import { type Projection, project, projectedTopics } from "./core/project.ts";
import { foldSuppressions } from "./core/suppression-row.ts";

/** What a record says to the tables, or why they have no place for it. */
type Read = Projection | string;

const done: Outcome = { kind: "emit", outputs: [] };

const turnOverEveryMs = 3_600_000;

export interface ProjectorClients {
  readonly tables: Tables;
  readonly partitions: Partitions;
}

/** Keeps the tables that people search: messages, decisions, suppressions, refusals. Writes nothing to the log. */
export function createProjector({ tables, partitions }: ProjectorClients): SinkProcessor {
  return {
    kind: "sink",
    name: "projector",
    inputs: projectedTopics,
    apply: (batch) => applyAll(batch.map((record) => project(record))),
  };

  /** Where the tables refuse a batch, halves it until the record stands alone that they refuse. */
  async function applyAll(projections: readonly Read[]): Promise<readonly Outcome[]> {
    try {
      await write(projections.filter((each) => typeof each !== "string"));
      return projections.map(outcomeOf);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (projections.length === 1) return [outcomeOf(`The tables refuse it, SQLSTATE ${codeOf(error)}`)];
      const middle = projections.length >> 1;
      return [...(await applyAll(projections.slice(0, middle))), ...(await applyAll(projections.slice(middle)))];
    }
  }

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

/** SQLSTATE classes 22 (data exception) and 23 (constraint violation): no later attempt fares better. */
function isRefusal(error: unknown): boolean {
  return /^2[23]...$/.test(codeOf(error));
}

function outcomeOf(projection: Read): Outcome {
  return typeof projection === "string" ? { kind: "reject", reason: "COMMS_POISON", message: projection } : done;
}

/** Makes the decision table's months ahead and drops those past their 400 days. */
export function createPartitionJob({ partitions }: Pick<ProjectorClients, "partitions">): Job {
  return {
    name: "partitions",
    run: async (now) => {
      await partitions.turnOver(now);
      return turnOverEveryMs;
    },
  };
}

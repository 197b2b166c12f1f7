import { createCompactedCheck } from "#shared/platform/kafka/key-places.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createPartitions } from "./adapters/partitions.ts";
import { createRetention } from "./adapters/retention.ts";
import { createTables } from "./adapters/tables.ts";
import { createPartitionJob, createProjector, createRetentionJob } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const pool = platform.postgres();
  const check = createCompactedCheck({ log: platform.log(), prefix: platform.prefix });
  const clients = { tables: createTables(pool), partitions: createPartitions(pool), check };
  return {
    processor: createProjector(clients),
    jobs: [createPartitionJob(clients), createRetentionJob({ retention: createRetention(pool) })],
  };
}

import type { InRecord } from "#shared/contracts/log-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { bookedGroups } from "#shared/domain/books/hops.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import { createCompactedCheck } from "#shared/platform/kafka/key-places.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { withMarks } from "#shared/runtime/records/with-marks.ts";
import { type AuditStore, createAuditStore } from "#shared/state/books/audit-store.ts";
import { createPartitions } from "./adapters/partitions.ts";
import { createRetention } from "./adapters/retention.ts";
import { createTables } from "./adapters/tables.ts";
import { createAudit } from "./audit.ts";
import { recordName } from "./core/record-name.ts";
import { createPartitionJob, createProjector, createRetentionJob } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const pool = platform.postgres();
  const check = createCompactedCheck({ log: platform.log(), prefix: platform.prefix });
  const books = createAuditStore(pool);
  const clients = { tables: createTables(pool), partitions: createPartitions(pool), check };
  return {
    processor: withMarks(createProjector(clients), books.mark),
    jobs: [
      createPartitionJob(clients),
      createRetentionJob({ retention: createRetention(pool) }),
      createBooksAudit(platform, books),
    ],
  };
}

function createBooksAudit({ log, codec, prefix, owner, telemetry }: ProcessContext, store: AuditStore): Job {
  const valueOf = (topic: string, { value }: InRecord): unknown => {
    try {
      return value === null ? null : codec().decode(topic as TopicName, value);
    } catch {
      return undefined;
    }
  };
  return createAudit({
    log: log(),
    prefix,
    store,
    owner,
    nameOf: (record, topic) => recordName(record, valueOf(topic, record)),
    report: (remainders) => {
      for (const { group, topic } of bookedGroups) {
        const found = remainders.find((one) => one.group === group && one.topic === topic);
        telemetry.metrics.set("comms_ledger_remainder", { group, topic }, found?.records ?? 0);
      }
    },
  });
}

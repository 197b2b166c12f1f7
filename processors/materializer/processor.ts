import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/**
 * Keeps every restorable up to date from its topics. Instances share the partitions; the fences in what they write make
 * a second writer harmless, and so is a record for a view that is still being restored.
 */
export function createMaterializer(restorables: readonly RebuildableState[]): SinkProcessor {
  return {
    kind: "sink",
    name: "materializer",
    inputs: [...new Set(restorables.flatMap((restorable) => restorable.topics))],
    apply: async (batch, now) => {
      await Promise.all(restorables.map((restorable) => applyOwn(restorable, batch, now)));
      return batch.map(() => done);
    },
  };
}

async function applyOwn(
  restorable: RebuildableState,
  batch: readonly DecodedRecord<unknown>[],
  now: Instant,
): Promise<void> {
  const own = batch.filter((record) => restorable.topics.includes(record.topic));
  if (own.length > 0) await restorable.apply(own, now);
}

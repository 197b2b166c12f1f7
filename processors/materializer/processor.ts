import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import type { Continuity } from "#shared/state/views/continuity.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/**
 * Keeps every rebuildable state up to date from its topics. Instances share the partitions; fences make a second writer
 * harmless, as well as a record for a view that is still being restored. Nothing is applied to a server that `continuity` has
 * not compared with the log: a record beyond a hole would hide it.
 */
export function createMaterializer(
  states: readonly RebuildableState[],
  continuity?: Pick<Continuity, "server" | "note">,
): SinkProcessor {
  return {
    kind: "sink",
    name: "materializer",
    inputs: [...new Set(states.flatMap((state) => state.topics))],
    apply: async (batch, now) => {
      const server = await continuity?.server();
      await Promise.all(states.map((state) => applyOwn(state, batch, { now, server })));
      continuity?.note(batch);
      return batch.map(() => done);
    },
  };
}

async function applyOwn(
  state: RebuildableState,
  batch: readonly DecodedRecord<unknown>[],
  { now, server }: { readonly now: Instant; readonly server: string | undefined },
): Promise<void> {
  const own = batch.filter((record) => state.topics.includes(record.topic));
  if (own.length > 0) await state.apply(own, now, server);
}

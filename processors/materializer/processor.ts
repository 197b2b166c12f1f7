import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import { unreadableFields } from "#shared/domain/message/unreadable-fields.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { CompactedCheck } from "#shared/platform/kafka/key-places.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { poison } from "#shared/runtime/records/decode.ts";
import type { Continuity } from "#shared/state/views/continuity.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/**
 * Keeps every rebuildable state that its writers do not write themselves up to date from its topics. Instances share the partitions; fences make a second writer
 * harmless, as well as a record for a view that is still being restored. What `check` refuses is a dead letter, and changes
 * no state; a record with a field that cannot be read is a dead letter too, and is applied without that field. Nothing is applied to
 * a server that `continuity` has not compared with the log: a record beyond a hole would hide it.
 */
export function createMaterializer(
  states: readonly RebuildableState[],
  { check, continuity }: { readonly check: CompactedCheck; readonly continuity?: Pick<Continuity, "server" | "note"> },
): SinkProcessor {
  const fed = states.filter((state) => !state.isWrittenAhead);
  return {
    kind: "sink",
    name: "materializer",
    inputs: [...new Set(fed.flatMap((state) => state.topics))],
    apply: async (batch, now) => {
      const [issues, server] = await Promise.all([check(batch), continuity?.server()]);
      const sound = batch.filter((_, at) => issues[at] === undefined);
      await Promise.all(fed.map((state) => applyOwn(state, sound, { now, server })));
      continuity?.note(batch);
      return batch.map((record, at) => {
        const issue = issues[at] ?? unreadableFields(record);
        return issue === undefined ? done : poison(issue);
      });
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

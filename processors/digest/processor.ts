import type { DigestItem } from "#shared/avro/records.ts";
import { cadenceOf } from "#shared/cadence/cadence.ts";
import type { Instant } from "#shared/clock/clock.ts";
import { Trouble } from "#shared/errors/trouble.ts";
import type { Outcome, Received, SinkProcessor } from "#shared/processor/processor.ts";
import type { DigestStore } from "./adapters/digest-store.ts";
import { type WindowLength, windowOf } from "./core/window.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/** Collects items into the window of their person. An item that comes after its window closed goes into the next. */
export function createDigest(store: Pick<DigestStore, "collect">, length?: WindowLength): SinkProcessor<DigestItem> {
  return {
    kind: "sink",
    name: "digest",
    inputs: ["comms.digest"],
    apply: async (batch, now) => {
      const known = batch.flatMap(({ value }) => (value && cadenceOf(value.cadence) ? [value] : []));
      let left = await place(store, known, (item) => item.recorded_at, now, length);
      if (left.length > 0) left = await place(store, left, () => now, now, length);
      if (left.length > 0) throw shut(left.length);
      return batch.map(outcomeOf);
    },
  };
}

async function place(
  store: Pick<DigestStore, "collect">,
  items: readonly DigestItem[],
  collectedAt: (item: DigestItem) => Instant,
  now: Instant,
  length: WindowLength,
): Promise<readonly DigestItem[]> {
  if (items.length === 0) return [];
  const placed = items.flatMap((item) => {
    const cadence = cadenceOf(item.cadence);
    return cadence ? [{ item, window: windowOf(item, cadence, collectedAt(item), length) }] : [];
  });
  return store.collect(placed, now);
}

/** Two windows closed one after the other while the items were on their way: the batch is placed again a moment later. */
function shut(items: number): Trouble {
  return new Trouble("DIGEST_WINDOW_SHUT", `${items} items fell into windows that are being summed up`, {
    retryable: true,
  });
}

function outcomeOf({ value }: Received<DigestItem | null>): Outcome {
  if (value && cadenceOf(value.cadence)) return done;
  return { kind: "reject", reason: "COMMS_INVALID_EVENT", message: "The item names a cadence that does not exist" };
}

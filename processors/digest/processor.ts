import type { DigestItem } from "#shared/contracts/records.ts";
import { cadenceOf } from "#shared/domain/cadence/cadence.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { isInCalendar } from "#shared/domain/time/calendar.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { writeReads } from "#shared/runtime/bisect.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import type { DigestStore } from "./adapters/digest-store.ts";
import { cutPayload } from "./core/item-payload.ts";
import { type WindowLength, windowOf } from "./core/window.ts";

/** An item as it is kept, or why it is in no digest. */
type Read = DigestItem | string;

/** Collects items into the window of their person. An item that comes after its window closed goes into the next. */
export function createDigest(store: Pick<DigestStore, "collect">, length?: WindowLength): SinkProcessor<DigestItem> {
  return {
    kind: "sink",
    name: "digest",
    inputs: ["comms.digest"],
    apply: async (batch, now) => {
      const reads = batch.map(({ value }) => read(value));
      return writeReads(reads, (some) => collect(store, some, now, length), invalid);
    },
  };
}

/** May be called again for items that it placed before: an item stays in the digest that it is in. */
async function collect(
  store: Pick<DigestStore, "collect">,
  items: readonly DigestItem[],
  now: Instant,
  length: WindowLength,
): Promise<void> {
  let left = await place(store, items, (item) => item.recorded_at, now, length);
  if (left.length > 0) left = await place(store, left, () => now, now, length);
  if (left.length > 0) throw shut(left.length);
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
function shut(items: number): AppError {
  return new AppError("DIGEST_WINDOW_SHUT", `${items} items fell into windows that are being summed up`, {
    retryable: true,
  });
}

function read(item: DigestItem | null): Read {
  const cadence = item ? cadenceOf(item.cadence) : undefined;
  if (!item || !cadence) return "The item names a cadence that does not exist";
  if (![item.recorded_at, item.occurred_at].every(isInCalendar)) return "A time of the item is in no calendar";
  const payload = cutPayload(item.payload, cadence.fields);
  return payload === undefined ? "The payload of the item is no JSON object" : { ...item, payload };
}

function invalid(message: string): Outcome {
  return { kind: "deadLetter", reason: "COMMS_INVALID_EVENT", message };
}

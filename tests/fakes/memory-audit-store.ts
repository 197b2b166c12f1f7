import { chunkName, chunkOffsets } from "#shared/domain/books/chunks.ts";
import { partitionName, type RecordPlace } from "#shared/domain/books/place.ts";
import type { AuditStore, MissingRecord } from "#shared/state/books/audit-store.ts";

/** The audit's store in memory, with what tests ask of it. */
export interface MemoryAuditStore extends AuditStore {
  readonly missing: () => readonly MissingRecord[];
}

/** Keeps what the audit knows in memory. Whoever asks last has the lease. */
export function createMemoryAuditStore(): MemoryAuditStore {
  const marked = new Set<string>();
  const floors = new Map<string, number>();
  const missing = new Map<string, MissingRecord>();
  const nameOf = (place: RecordPlace): string => `${partitionName(place)}/${place.offset}`;
  return {
    missing: () => [...missing.values()],
    mark: async (places) => {
      for (const place of places) marked.add(nameOf(place));
    },
    lease: async () => true,
    floors: async () => new Map(floors),
    advance: async (places) => {
      for (const place of places) {
        const name = partitionName(place);
        floors.set(name, Math.max(place.offset, floors.get(name) ?? 0));
      }
    },
    marks: async (stretches) =>
      new Map(
        stretches.flatMap(({ from, to, ...of }) => {
          const first = Math.floor(from / chunkOffsets);
          const chunks = Array.from({ length: Math.ceil(to / chunkOffsets) - first }, (_, index) => first + index);
          return chunks.map((chunk): [string, string] => [
            chunkName(of, chunk),
            Array.from({ length: chunkOffsets }, (_, bit) =>
              Number(marked.has(nameOf({ ...of, offset: chunk * chunkOffsets + bit }))),
            ).join(""),
          ]);
        }),
      ),
    miss: async (records) => {
      for (const record of records) missing.set(nameOf(record), record);
    },
    forgetExpired: async (lows) => {
      for (const [name, record] of missing) {
        const low = lows.find((one) => partitionName(one) === partitionName(record));
        if (low !== undefined && record.offset < low.offset) missing.delete(name);
      }
    },
    forget: async (of) => {
      floors.delete(partitionName(of));
      for (const name of marked) if (name.startsWith(`${partitionName(of)}/`)) marked.delete(name);
      for (const name of missing.keys()) if (name.startsWith(`${partitionName(of)}/`)) missing.delete(name);
    },
    settle: async () => {
      for (const name of missing.keys()) if (marked.has(name)) missing.delete(name);
    },
    remainders: async () => [],
  };
}

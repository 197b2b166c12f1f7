import type { Fuse } from "#shared/contracts/records.ts";
import type { FuseStore } from "#shared/runtime/fuses/fuse-store.ts";

/** Fuses in memory. Shells that share one are members of one stage, or one after the other. */
export function createMemoryFuses(): FuseStore & { readonly fuses: Map<string, Fuse> } {
  const fuses = new Map<string, Fuse>();
  return {
    fuses,
    read: async () => new Map(fuses),
    write: async (fuse) => void fuses.set(fuse.stage, fuse),
  };
}

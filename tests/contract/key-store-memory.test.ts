import { createMemoryKeyStore } from "#tests/fakes/memory-key-store.ts";
import { keyStoreConformance } from "./key-store-conformance.ts";

keyStoreConformance("in memory", () => {
  const store = createMemoryKeyStore();
  return { store, other: store };
});

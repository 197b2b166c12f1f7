import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { ledgerConformance } from "./ledger-conformance.ts";

ledgerConformance("memory", async () => {
  const ledger = createMemoryLedger();
  return { ledger, wipe: async () => ledger.wipe(), restored: async () => ledger.restored(), close: async () => {} };
});

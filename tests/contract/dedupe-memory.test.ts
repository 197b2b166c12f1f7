import { createMemoryDedupe } from "#tests/fakes/memory-dedupe.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { dedupeConformance } from "./dedupe-conformance.ts";

dedupeConformance("memory", async () => {
  const clock = createManualClock();
  return { dedupe: createMemoryDedupe(), now: () => clock.now(), pass: (ms) => clock.advance(ms) };
});

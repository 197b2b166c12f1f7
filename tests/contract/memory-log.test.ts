import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { seeded } from "#tests/support/seeded.ts";
import { describeLog, type LogUnderTest } from "./log-conformance.ts";

function create(random?: () => number): LogUnderTest {
  const clock = createManualClock();
  const log = createMemoryLog({ clock, ...(random === undefined ? {} : { random }) });
  return {
    log,
    prefix: "t.",
    loseNextResponse: async () => log.faults.failNextSend("written"),
    outage: async () => {
      log.faults.away();
      await clock.advance(3_000);
      log.faults.back();
    },
    pass: clock.advance,
    leaveGapAtEnd: async (topic) => {
      const producer = await log.producer();
      await producer.send([{ topic, key: "gone", value: null }]);
      log.compact(topic);
    },
    close: () => log.close(),
  };
}

describeLog("the log in memory, first come", async () => create());
for (const seed of [1, 2, 3])
  describeLog(`the log in memory, in the order of seed ${seed}`, async () => create(seeded(seed)));

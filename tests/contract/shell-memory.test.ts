import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { killable } from "#tests/support/killable-log.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { seeded } from "#tests/support/seeded.ts";
import type { ShellUnderTest } from "#tests/support/shell-crew.ts";
import { describeShell } from "./shell-conformance.ts";

function create(random?: () => number): ShellUnderTest {
  const clock = createManualClock();
  const log = createMemoryLog({ clock, ...(random === undefined ? {} : { random }) });
  return {
    log,
    prefix: "t.",
    clock,
    memberLog: async () => killable(log),
    loseNextResponse: async () => log.faults.failNextSend("written"),
    away: log.faults.away,
    back: log.faults.back,
    pass: clock.advance,
    close: () => log.close(),
  };
}

describeShell("the shell on the log in memory, first come", async () => create());
for (const seed of [1, 2, 3])
  describeShell(`the shell on the log in memory, in the order of seed ${seed}`, async () => create(seeded(seed)));

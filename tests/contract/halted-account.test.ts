import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createBreaker } from "#shared/delivery/breaker.ts";
import { silentMeter } from "#shared/delivery/meter.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { senderShell } from "#tests/support/sender-shell.ts";
import { aSend } from "#tests/unit/shared/delivery/sender-bench.ts";
import { simulated } from "./sender-simulator.ts";

let world: Awaited<ReturnType<typeof simulated>>;
beforeAll(async () => {
  world = await simulated();
});
afterAll(() => world.close());

const receipts = ["r1", "r2", "r3"].map((receipt) =>
  aSend({ cause_ref: receipt, user_id: receipt, template_name: "charge_receipt", critical: true }),
);

test("a configuration set that is gone: three receipts wait, an alert is raised, then each is sent, and none failed", async () => {
  const alerts: string[] = [];
  const adapter = world.ses();
  const run = await senderShell({
    adapter,
    breaker: createBreaker({ account: "ses:default", openMs: 50 }),
    clock: systemClock,
    random: Math.random,
    meter: { ...silentMeter, alert: ({ code, level }) => void alerts.push(`${code} ${level}`) },
  });
  await world.control.fault({ provider: "ses", kind: "status", status: 404, code: "NotFoundException", count: 3 });
  await run.produce(receipts);
  await vi.waitUntil(() => alerts.length >= 3, { timeout: 15_000, interval: 10 });
  await vi.waitUntil(() => run.feedback.length === receipts.length, { timeout: 15_000, interval: 10 });

  expect(alerts).toEqual(["NotFound P0", "NotFound P0", "NotFound P0"]);
  expect(run.feedback.map(({ status, attempt }) => [status, attempt])).toEqual(receipts.map(() => ["SENT", 1]));
  expect(new Set(run.feedback.map(({ msg_id }) => msg_id))).toEqual(new Set(receipts.map(({ msg_id }) => msg_id)));
  // They waited where they were: nothing went to the schedule, and no call but the three that were refused was in vain.
  expect(run.schedule).toEqual([]);
  const calls = await world.control.ledger({ provider: "ses", operation: "SendEmail" });
  expect(calls.map(({ outcome }) => outcome).toSorted()).toEqual(
    ["NotFoundException", "NotFoundException", "NotFoundException", "accepted", "accepted", "accepted"].toSorted(),
  );
  expect(run.crashes).toEqual([]);
  await run.shell.stop(1_000);
  await adapter.close();
});

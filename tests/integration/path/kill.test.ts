import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Feedback } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

/** Their mail is answered at once. */
const quick = aCrowd("quick", 24);
/** The provider takes their mail at once and answers when the sender is dead. Receipts are critical, bookings are not. */
const slowCritical = aCrowd("slow-critical", 40);
const slowOther = aCrowd("slow-other", 20);
/** Each has a second mail, which waits behind the one in flight. */
const behind = slowCritical.slice(0, 16);

const mails = quick.length + slowCritical.length + slowOther.length + behind.length;
const inFlight = slowCritical.length + slowOther.length;

let world: World;
let second: WorldChild;

beforeAll(async () => {
  world = await startWorld({ callbacks: false, env: { COMMS_AMBIGUOUS_HOLD_SECONDS: "12" } });
  await world.start(allBut("email-sender"));
  await world.introduce([...quick, ...slowCritical, ...slowOther]);
  await world.simulator.fault({ provider: "ses", kind: "latency", delay_ms: 4_500, match: { recipient: "slow-" } });
  const eventFactory = createEventFactory("kill");
  const now = Date.now();
  const receipts = [...quick, ...slowCritical].map(({ userId }) => eventFactory.receipt(userId, now));
  await world.produceEvents(
    ...receipts,
    ...slowOther.map(({ userId }) => eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, now)),
  );
  await world.watch.until(() => queued() === mails - behind.length, "the mails to be queued", 60_000);
  await world.produceEvents(...behind.map(({ userId }) => eventFactory.receipt(userId, now)));
  await world.watch.until(() => queued() === mails, "the mails behind them to be queued", 60_000);

  const first = await world.start(["email-sender"]);
  await world.watch.until(() => reports("SENT").length >= quick.length, "the quick mails to be sent", 60_000);
  await untilTaken(quick.length + inFlight);
  await first.kill();
  expect(reports("SENT")).toHaveLength(quick.length);

  await world.simulator.clearFaults();
  second = await world.start(["email-sender"]);
  await world.watch.until(() => ended().size === mails, "every mail to have ended", 90_000);
  await world.drained();
});
afterAll(() => world?.close());

function queued(): number {
  return new Set(world.watch.of("comms.send.email").map(({ msg_id }) => msg_id)).size;
}

function reports(status: Feedback["status"]): readonly Feedback[] {
  return world.watch.of("comms.feedback").filter((report) => report.channel === "EMAIL" && report.status === status);
}

function ended(): ReadonlySet<string> {
  return new Set([...reports("SENT"), ...reports("DROPPED"), ...reports("FAILED")].map(({ msg_id }) => msg_id));
}

async function untilTaken(calls: number): Promise<void> {
  await eventually(async () => (await taken()).length === calls, `${calls} calls to be in flight`, 30_000);
}

/** The calls that the provider took, by the message. */
async function taken(): Promise<readonly string[]> {
  return (await world.ledger({ provider: "ses", outcome: "accepted" })).map(({ msg_id }) => msg_id ?? "");
}

describe("kill -9 of the email sender with calls in flight [DED-03] [KV-07]", () => {
  test("loses nothing: every mail is at the provider", async () => {
    expect(new Set(await taken())).toEqual(new Set(world.watch.of("comms.send.email").map(({ msg_id }) => msg_id)));
  });

  test("doubles what was critical and in doubt, once, and nothing else", async () => {
    const twice = [...tallied(await taken())].filter(([, times]) => times > 1);
    expect(twice.every(([, times]) => times === 2)).toBe(true);
    const doubled = new Set(twice.map(([msgId]) => msgId));
    const ambiguous = reports("SENT").filter((report) => report.ambiguous);
    expect(doubled).toEqual(new Set(ambiguous.map(({ msg_id }) => msg_id)));
    expect(doubled.size).toBe(slowCritical.length);
    for (const { template_name } of ambiguous) expect(template_name).toBe("charge_receipt");
  });

  test("counts them: the metric is the providers' number of second calls", async () => {
    const calls = await taken();
    const seconds = calls.length - new Set(calls).size;
    expect(await metric(second, "comms_ambiguous_sends_total", { channel: "email" })).toBe(seconds);
    expect(seconds).toBe(slowCritical.length);
  });

  test("gives up what was in doubt and not critical, with the reason, and does not send it again", () => {
    const dropped = reports("DROPPED");
    expect(new Set(dropped.map(({ user_id }) => user_id))).toEqual(new Set(slowOther.map(({ userId }) => userId)));
    for (const { reason, ambiguous } of dropped) expect([reason, ambiguous]).toEqual(["COMMS_AMBIGUOUS_SEND", true]);
  });
});

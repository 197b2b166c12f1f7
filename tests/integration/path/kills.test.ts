import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

/** Their mail is critical. The provider takes it at once, and answers when the sender is dead. */
const people = aCrowd("slow", 30);
const kills = 4;

let world: World;
let counted = 0;

beforeAll(async () => {
  world = await startWorld({ callbacks: false, env: { COMMS_AMBIGUOUS_HOLD_SECONDS: "20" } });
  await world.start(allBut("email-sender"));
  await world.introduce(people);
  await world.simulator.fault({ provider: "ses", kind: "latency", delay_ms: 4_500, match: { recipient: "slow-" } });
  const eventFactory = createEventFactory("kills");
  await world.produceEvents(...people.map(({ userId }) => eventFactory.receipt(userId, Date.now())));
  for (let kill = 1; kill <= kills; kill++) {
    const sender = await world.start(["email-sender"]);
    // The first two each make a call for every message; the others find nothing that they may call for.
    if (kill <= 2) await eventually(async () => (await taken()).length >= kill * people.length, "the calls", 60_000);
    else await new Promise((resolve) => setTimeout(resolve, 12_000));
    await end(sender);
  }
  await world.simulator.clearFaults();
  const last = await world.start(["email-sender"]);
  await eventually(() => Promise.resolve(ended().size === people.length), "every message to have ended", 90_000);
  await world.drained();
  counted += await metric(last, "comms_ambiguous_sends_total", { channel: "email" });
});
afterAll(() => world?.close());

/** As a crash: what its metrics say last is what a scrape would have had. */
async function end(sender: WorldChild): Promise<void> {
  counted += await metric(sender, "comms_ambiguous_sends_total", { channel: "email" });
  await sender.kill();
}

async function taken(): Promise<readonly string[]> {
  return (await world.ledger({ provider: "ses", outcome: "accepted" })).map(({ msg_id }) => msg_id ?? "");
}

function ended(): ReadonlyMap<string, string> {
  const reports = world.watch.of("comms.feedback").filter(({ channel }) => channel === "EMAIL");
  return new Map(reports.map(({ msg_id, status, reason }) => [msg_id, `${status} ${reason}`]));
}

describe("four kills of the email sender in mid-call [DED-03]", () => {
  test("call nobody a third time", async () => {
    expect(new Set(tallied(await taken()).values())).toEqual(new Set([2]));
  });

  test("count every second call before it is made: the metric is the providers' number", async () => {
    const calls = await taken();
    const extra = calls.length - new Set(calls).size;
    process.stderr.write(`${extra} extra calls, metric ${counted}\n`);
    expect(counted).toBe(extra);
  });

  test("leave each message ended, with the reason", () => {
    expect(new Set(ended().values())).toEqual(new Set(["DROPPED COMMS_AMBIGUOUS_SEND"]));
  });
});

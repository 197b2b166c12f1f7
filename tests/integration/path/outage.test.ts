import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { deadLetterTopic, stages } from "#shared/contracts/topics.ts";
import { lagOf } from "#tests/support/world/drained.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const people = aCrowd("out", 120, { push: true });
let world: World;
let sender: WorldChild;

beforeAll(async () => {
  world = await startWorld();
  await world.start(allBut("email-sender"));
  sender = await world.start(["email-sender"]);
  await world.introduce(people);
});
afterAll(() => world?.close());

function sent(channel: string): ReadonlySet<string> {
  const reports = world.watch
    .of("comms.feedback")
    .filter((report) => report.status === "SENT" && report.channel === channel);
  return new Set(reports.map(({ user_id }) => user_id));
}

describe("the mail provider is out for some seconds, and comes back", () => {
  test("the breaker opens, the records wait in their partitions, and other channels go on", async () => {
    await world.simulator.fault({ provider: "ses", kind: "outage" });
    const eventFactory = createEventFactory("outage");
    await world.produceEvents(
      ...people.map(({ userId }) => eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now())),
    );
    await eventually(
      async () => (await metric(sender, "comms_breaker_state", { provider: "ses" })) === 1,
      "the breaker to open",
      60_000,
    );
    await world.watch.until(() => sent("PUSH").size === people.length, "every push to be sent meanwhile", 60_000);
    expect(sent("EMAIL").size).toBe(0);
    expect(await lagOf(world.platform.log(), world.prefix, "email-sender")).toBeGreaterThan(0);
    const readiness = async () => {
      const answer = await fetch(`${sender.healthUrl}/readyz`);
      return answer.status === 503 && (await answer.text());
    };
    expect(await eventually(readiness, "the sender to call itself unready", 30_000)).toContain("PROVIDER_UNAVAILABLE");
    expect((await fetch(`${sender.healthUrl}/livez`)).status).toBe(200);
  });

  test("what waits asks the breaker again and again, and hardly ever the provider that is down", async () => {
    const refused = () => metric(sender, "comms_stage_trouble_total", { stage: "email-sender" });
    const calls = async () => (await world.ledger({ provider: "ses" })).length;
    const [refusedBefore, callsBefore] = [await refused(), await calls()];
    await eventually(async () => (await refused()) >= refusedBefore + 200, "the waiting mails to ask again", 60_000);
    expect((await calls()) - callsBefore).toBeLessThan(20);
  });

  test("once it is back all mails go out, each once", async () => {
    await world.simulator.clearFaults();
    await world.watch.until(() => sent("EMAIL").size === people.length, "every mail to be sent", 90_000);
    await world.drained();
    const taken = tallied(
      (await world.ledger({ provider: "ses", outcome: "accepted" })).map(({ recipient }) => recipient ?? ""),
    );
    expect(taken).toEqual(new Map(people.map(({ email }) => [email, 1])));
    expect((await fetch(`${sender.healthUrl}/readyz`)).status).toBe(200);
    expect(await metric(sender, "comms_breaker_state", { provider: "ses" })).toBe(0);
  });

  test("and nothing was taken for bad that was only late: the dead-letter topics are empty", () => {
    for (const stage of stages)
      expect(`${stage} ${world.watch.records(deadLetterTopic(stage)).length}`).toBe(`${stage} 0`);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { zoneWhereItIs } from "#cli/demo/people.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aCrowd, aPerson } from "#tests/support/world/people.ts";
import { resetGroups } from "#tests/support/world/reset-group.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const crowd = aCrowd("reader", 6, { phone: "+14155550144", push: true, sms: true });
const bounced = aPerson("gone", { email: "bounce@simulator.amazonses.com" });
/** It is night where this one is: the booking waits for hours. */
const asleep = aPerson("asleep", { tz: zoneWhereItIs(2, Date.now()) });
const people = [...crowd, bounced, asleep];

let world: World;
let child: WorldChild;
let before: Awaited<ReturnType<typeof seen>>;

beforeAll(async () => {
  world = await startWorld({ watch: false });
  child = await world.start(everything);
  await world.introduce(people);
  const events = createEventFactory("reset");
  const now = Date.now();
  await world.produceEvents(
    ...people.map(({ userId }) => events.booking({ buyer: userId, seller: sellerTo(userId) }, now)),
    ...crowd.map(({ userId }) => events.note(userId, "Is the roof terrace open in May?", now)),
  );
  await eventually(async () => (await seen()).digests === crowd.length, "every digest to be sent", 60_000);
  await eventually(async () => (await seen()).suppressed === 1, "the bounce to be on the list", 30_000);
  await untilQuiet();
  before = await seen();
}, 180_000);
afterAll(() => world?.close());

/** What a person or a reader of the tables sees of it all. */
async function seen() {
  const query = async <Row extends object>(sql: string) => (await world.platform.postgres().query<Row>(sql)).rows;
  const calls = (await world.ledger()).map(({ channel, recipient, msg_id }) => `${channel} ${recipient} ${msg_id}`);
  const statuses = await query<{ line: string; template: string }>(
    "select msg_id || ' ' || status as line, template_name as template from comms_message order by 1",
  );
  const [active] = await query<{ n: number }>(
    "select count(*)::int as n from comms_suppression where lifted_at is null",
  );
  const scheduled = await query<{ msg_id: string }>(
    "select distinct msg_id from comms_scheduled where due_at > now() + interval '10 minutes' order by 1",
  );
  return {
    calls: calls.toSorted(),
    statuses: statuses.map(({ line }) => line),
    digests: statuses.filter(({ template, line }) => template.includes("digest") && line.endsWith("delivered")).length,
    suppressed: active?.n ?? 0,
    scheduled: scheduled.map(({ msg_id }) => msg_id),
  };
}

/** A message that comes again while its first copy is claimed, or a webhook without its row yet, looks again some seconds later. */
async function untilQuiet(): Promise<void> {
  const soon = "select count(*)::int as n from comms_scheduled where due_at < now() + interval '10 minutes'";
  const isQuiet = async () => (await world.platform.postgres().query<{ n: number }>(soon)).rows[0]?.n === 0;
  await world.drained();
  await eventually(isQuiet, "nothing to come back within minutes", 60_000);
  await world.drained();
}

describe("a group that is reset to its earliest record by Kafka's own tool calls nobody again and changes no status", () => {
  test.each([
    [["intake", "router", "renderer"]],
    [["email-sender", "push-sender", "sms-sender", "inapp-sender"]],
    [["feedback", "projector", "materializer"]],
    [["scheduler", "digest"]],
  ])("%s", async (stages) => {
    expect(await child.stop(30_000)).toBe(0);
    resetGroups(
      stages.map((stage) => `${world.prefix}comms.${stage}`),
      "--to-earliest",
      "--all-topics",
    );
    child = await world.start(everything);
    await untilQuiet();
    expect(await seen()).toEqual(before);
  });
});

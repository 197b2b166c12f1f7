import { afterAll, beforeAll, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Decision, Event } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { setFlag } from "#tests/support/world/flags.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";

const pauseEmail = "comms.pause.channel.email";
const eventFactory = createEventFactory("pause");
const crowd = aCrowd("buyer", 40);
let world: World;

beforeAll(async () => {
  // So slow that the pause finds messages in every stage, those that wait for their turn at the provider too.
  world = await startWorld({ env: { COMMS_SES_RATE: "120" } });
  await world.start(everything);
  await world.introduce(crowd);
});
afterAll(() => world?.close());

const buyerOf = (at: number) => crowd[at % crowd.length]?.userId ?? "";
const bookings = (count: number, options: { readonly expiresAt?: number } = {}): readonly Event[] =>
  Array.from({ length: count }, (_, at) =>
    eventFactory.booking({ buyer: buyerOf(at), seller: sellerTo(buyerOf(at)) }, Date.now(), options),
  );
const receipts = (count: number): readonly Event[] =>
  Array.from({ length: count }, (_, at) => eventFactory.receipt(buyerOf(at), Date.now()));

/** The decisions on the mails to buyers: a seller has no address. */
function mailDecisions(): readonly Decision[] {
  return world.watch
    .of("comms.decisions")
    .filter(({ channel, user_id }) => channel === "EMAIL" && user_id.startsWith("buyer"));
}
const idsWith = (reason: string) =>
  new Set(mailDecisions().flatMap((decision) => (decision.reason === reason ? [decision.msg_id] : [])));
/** Waits until the view has the flag. */
async function untilKnown(key: string): Promise<void> {
  const known = async () => (await world.platform.views().flags()).value.has(key);
  await eventually(known, `${key} to be known`, 30_000);
}
const mails = () => world.ledger({ provider: "ses", outcome: "accepted" });

test("500 mails under a pause of their channel: all wait, none is lost, none comes twice, and all go out when it ends [INC-02] [ADM-11]", async () => {
  await world.produceEvents(...bookings(250), ...receipts(50));
  await eventually(async () => (await mails()).length >= 20, "the first mails", 60_000);
  const pausedAt = await setFlag(world, pauseEmail, { value: true });
  await untilKnown(pauseEmail);
  await world.produceEvents(...bookings(140), ...receipts(40), ...bookings(20, { expiresAt: Date.now() + 15_000 }));

  const total = 500;
  const isHeld = async () =>
    new Set([...(await mails()).map(({ msg_id }) => msg_id), ...idsWith("COMMS_PAUSED"), ...idsWith("COMMS_EXPIRED")])
      .size === total;
  await eventually(isHeld, "every mail to be sent or to wait", 120_000);
  await world.drained();
  const before = await mails();
  const last = Math.max(...before.map(({ time_ms }) => time_ms));
  const stages = tallied(mailDecisions().flatMap(({ reason, stage }) => (reason === "COMMS_PAUSED" ? [stage] : [])));
  // What the pause found behind the router waits for it at the sender.
  expect(stages.get("router")).toBeGreaterThanOrEqual(180);
  expect(stages.get("email-sender")).toBeGreaterThan(0);
  const why = mailDecisions().find(({ reason }) => reason === "COMMS_PAUSED");
  expect(why?.trace.find(({ gate }) => gate === "pause")?.detail).toContain(
    `${pauseEmail} is true, set by operator-1 at `,
  );

  await eventually(() => idsWith("COMMS_EXPIRED").size === 20, "what expires under the pause to say so", 60_000);
  expect((await mails()).length).toBe(before.length);

  const liftedAt = await setFlag(world, pauseEmail, { value: false });
  await eventually(async () => (await mails()).length >= total - 20, "every mail to go out", 120_000);
  await world.drained();
  const sent = await mails();
  const ids = tallied(sent.map(({ msg_id }) => msg_id ?? ""));
  expect({ sent: sent.length, distinct: ids.size }).toEqual({ sent: total - 20, distinct: total - 20 });
  for (const id of idsWith("COMMS_EXPIRED")) expect(ids.has(id)).toBe(false);
  const takenMs = Math.max(...sent.map(({ time_ms }) => time_ms)) - liftedAt;
  const { rows } = await world.platform
    .postgres()
    .query("select schedule_id from comms_scheduled where pause_key is not null");
  expect(rows).toEqual([]);
  process.stderr.write(
    `pause: last send ${last - pausedAt} ms after it was set; ${total - 20 - before.length} mails within ${takenMs} ms of its end; held at ${JSON.stringify([...stages])}\n`,
  );
}, 400_000);

test("a pause with an end goes by itself, for the tenant that it is of", async () => {
  const [other, own] = [bookings(1), bookings(1)];
  await setFlag(world, pauseEmail, { value: true, tenant_id: "acme" });
  const expires_at = Date.now() + 4_000;
  await setFlag(world, "comms.pause.tenant", { value: true, tenant_id: "default", expires_at });
  await untilKnown("default/comms.pause.tenant");
  const before = (await mails()).length;
  await world.produceEvents(...other, ...own);
  await eventually(async () => (await mails()).length === before + 2, "both mails", 20_000);
  const times = (await mails()).slice(before).map(({ time_ms }) => time_ms);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(expires_at);
});

test("a flag with an unknown name, or a value that is not true or false, is set aside and changes nothing", async () => {
  const { platform, prefix, write } = world;
  const set = { updated_by: "x", updated_at: Date.now(), tenant_id: null, expires_at: null };
  const wrong = [
    { ...set, name: "comms.channel.email.enabled", value: "false" },
    { ...set, name: "comms.channels.email.enabled", value: "False" },
  ];
  const records = wrong.map((flag) => {
    return { topic: `${prefix}comms.flags`, key: flag.name, value: platform.codec().encode("comms.flags", flag) };
  });
  await write(records);
  const aside = () => world.watch.records("comms.materializer.dlq");
  await world.watch.until(() => aside().length === 2, "both to be set aside", 20_000);
  expect([...(await platform.views().flags()).value.keys()].filter((key) => key.includes("enabled"))).toEqual([]);
});

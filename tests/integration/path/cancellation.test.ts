import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { zoneWhereItIs } from "#cli/demo/people.ts";
import type { Decision, Event } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";

const dayMs = 86_400_000;
const eventFactory = createEventFactory("cancellation");
let world: World;

beforeAll(async () => {
  world = await startWorld({ env: { COMMS_DIGEST_WINDOW_SECONDS: "10" } });
  await world.start(everything);
  await world.introduce([aPerson("ada"), aPerson("studio"), aPerson("night", { tz: zoneWhereItIs(2, Date.now()) })]);
});
afterAll(() => world?.close());

/** Six messages: four channels to the buyer, two to the seller. Four of them can be sent: nobody has a device or takes texts. */
const booking = (buyer = "ada") => eventFactory.booking({ buyer, seller: "studio" }, Date.now());

async function post(path: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${world.gatewayUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${await world.apiKey()}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Posts the event as a producer would, and fails where it is not taken. */
async function postEvent({ name, cause_ref, actors, payload }: Event, more: object = {}): Promise<void> {
  const body = { name, cause_ref, actors, payload: JSON.parse(payload), ...more };
  expect(await post("/v1/events", body)).toMatchObject({ status: 202 });
}

async function cancel(causeRef: string): Promise<void> {
  const answer = await post("/v1/cancellations", { cause_ref: causeRef, reason: "Wrong date" });
  expect(answer).toMatchObject({
    status: 202,
    body: { cause_ref: causeRef, messages: `/v1/messages?cause_ref=${causeRef}` },
  });
}

function decisionsOn({ cause_ref }: Event): readonly Decision[] {
  return world.watch.of("comms.decisions").filter((decision) => decision.cause_ref === cause_ref);
}

/** Waits for so many decisions of a cause with a reason. */
async function untilDecided(event: Event, reason: string | null, count: number): Promise<void> {
  const of = () => decisionsOn(event).filter((decision) => decision.reason === reason);
  await world.watch.until(() => of().length >= count, `${count} decisions ${reason} of ${event.cause_ref}`, 30_000);
}

/** The messages of a cause as `GET /v1/messages` has them. */
async function messagesOf({ cause_ref }: Event): Promise<readonly Readonly<Record<string, string | null>>[]> {
  const response = await fetch(`${world.gatewayUrl}/v1/messages?cause_ref=${cause_ref}`, {
    headers: { authorization: `Bearer ${await world.apiKey()}` },
  });
  return ((await response.json()) as { messages: Readonly<Record<string, string | null>>[] }).messages;
}

/** Waits until each message of a cause has this status, as a producer would ask. */
async function untilAll(event: Event, status: string, count: number): Promise<void> {
  const isSo = async () => {
    const messages = await messagesOf(event);
    return messages.length === count && messages.every((message) => message["status"] === status);
  };
  await eventually(isSo, `${count} messages of ${event.cause_ref} that are ${status}`, 30_000);
}

/** The mails of a cause that the provider took. */
async function mailsOf(event: Event) {
  const ids = new Set(decisionsOn(event).map(({ msg_id }) => msg_id));
  return (await world.ledger({ provider: "ses" })).filter(({ msg_id }) => ids.has(msg_id ?? ""));
}

describe("a cancellation", () => {
  test("of what waits for tomorrow ends it at once: cancelled, and never at the provider", async () => {
    const event = booking();
    await postEvent(event, { send_at: new Date(Date.now() + dayMs).toISOString() });
    await untilDecided(event, "COMMS_SCHEDULED", 6);
    await cancel(event.cause_ref);
    await untilDecided(event, "COMMS_CANCELLED", 6);
    await untilAll(event, "cancelled", 6);
    const { rows } = await world.platform
      .postgres()
      .query("select kind from comms_scheduled where cause_ref = $1", [event.cause_ref]);
    expect(rows).toEqual([]);
    expect(await mailsOf(event)).toEqual([]);
  });

  test("counts for events before it: the same cause, sent after the answer, goes out", async () => {
    const event = booking();
    await postEvent(event, { send_at: Date.now() + dayMs });
    await cancel(event.cause_ref);
    await postEvent(event);
    await untilDecided(event, null, 4);
    await eventually(async () => (await mailsOf(event)).length >= 2, "both mails", 30_000);
    await world.drained();
    expect(await mailsOf(event)).toHaveLength(2);
  });

  test("ends what waits for the end of quiet hours", async () => {
    const event = booking("night");
    await postEvent(event);
    await untilDecided(event, "COMMS_QUIET_HOURS", 2);
    await cancel(event.cause_ref);
    await untilDecided(event, "COMMS_CANCELLED", 2);
    expect((await mailsOf(event)).map(({ recipient }) => recipient)).toEqual(["studio@example.com"]);
  });

  test("takes an item out of its digest, and a digest without items is not sent", async () => {
    const event = eventFactory.note("ada", "Shall we meet?", Date.now());
    await postEvent(event);
    await untilDecided(event, "COMMS_DIGESTED", 1);
    await cancel(event.cause_ref);
    await untilAll(event, "cancelled", 1);
    await world.drained();
    expect(decisionsOn(event).filter(({ stage }) => stage === "digest")).toMatchObject([
      { reason: "COMMS_CANCELLED", gate: "cancellation" },
    ]);
    const summaries = world.watch.of("comms.decisions").filter(({ cause_event }) => cause_event.includes("digest"));
    expect(summaries).toEqual([]);
  });

  test("that overtakes its event binds it, also after Redis has lost everything", async () => {
    const event = booking();
    const before = Date.now();
    await cancel(event.cause_ref);
    await world.redis.client.flushall();
    const value = world.platform.codec().encode("comms.events", event);
    const key = `default/${event.cause_ref}`;
    await world.write([{ topic: `${world.prefix}comms.events`, key, value, timestamp: before }]);
    await untilDecided(event, "COMMS_CANCELLED", 6);
    await world.drained();
    expect(decisionsOn(event).map(({ reason }) => reason)).toEqual(decisionsOn(event).map(() => "COMMS_CANCELLED"));
    expect(await mailsOf(event)).toEqual([]);
  });
});

describe("an event with send_at", () => {
  test("a few seconds ahead, it waits, is told so, and is sent then, once", async () => {
    const event = booking();
    const sendAt = Date.now() + 8_000;
    await postEvent(event, { send_at: sendAt });
    await untilDecided(event, "COMMS_SCHEDULED", 6);
    expect(decisionsOn(event).map(({ due_at, round }) => [due_at, round])).toEqual(
      decisionsOn(event).map(() => [sendAt, 0]),
    );
    await untilAll(event, "scheduled", 6);
    expect(await messagesOf(event)).toMatchObject(
      Array.from({ length: 6 }, () => ({ reason: "COMMS_SCHEDULED", due_at: new Date(sendAt).toISOString() })),
    );
    await untilDecided(event, null, 4);
    await eventually(async () => (await mailsOf(event)).length >= 2, "both mails", 30_000);
    await world.drained();
    const mails = await mailsOf(event);
    expect(mails.map(({ recipient }) => recipient).toSorted()).toEqual(["ada@example.com", "studio@example.com"]);
    const passed = decisionsOn(event).filter(({ verdict }) => verdict === "PASS");
    expect(passed.map(({ round }) => round)).toEqual([1, 1, 1, 1]);
    expect(Math.min(...passed.map(({ recorded_at }) => recorded_at))).toBeGreaterThanOrEqual(sendAt);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Event } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { areSuppressed, suppressionOf } from "#tests/support/world/suppressions.ts";
import { isSeller, sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const people = aCrowd("in", 40);
/** Their mails bounced long ago. */
const bounced = aCrowd("bounced", 8);
/** `quiet-` people have switched booking mails off. */
const quiet = aCrowd("quiet-off", 8);
const everyone = [...people, ...bounced, ...quiet];

const eventFactory = createEventFactory("flush");
let world: World;
let child: WorldChild;
let before: ReadonlyMap<string, string>;
let first: readonly Event[];

beforeAll(async () => {
  world = await startWorld();
  child = await world.start(everything);
  await world.introduce(everyone);
  await world.write(bounced.map((one) => suppressionOf(world, one)));
  await eventually(refusalsKnown, "the views to know who is refused", 30_000);

  first = wave();
  await world.produceEvents(...first);
  await world.watch.until(() => sent() === people.length, "the first wave to be sent", 60_000);
  before = await epochs();

  await world.simulator.fault({ provider: "ses", kind: "latency", delay_ms: 400 });
  await world.produceEvents(...wave());
  await eventually(
    async () => (await taken()).length > people.length,
    "calls of the second wave to be in flight",
    30_000,
  );
  const again = first.filter((_, index) => index % 2 === 0);
  await world.redis.wipe();
  await world.produceEvents(...wave(), ...again);
  await world.watch.until(
    () => decided() >= 3 * everyone.length + again.length,
    "what came after the wipe to be decided",
    90_000,
  );
  await world.simulator.clearFaults();
  await world.produceEvents(...wave(), ...others().map(sameBooking));
  await world.watch.until(() => sent() >= 4 * people.length, "four waves to be sent", 60_000);
  await world.drained();
});
afterAll(() => world?.close());

function wave(): readonly Event[] {
  return everyone.map(({ userId }) => eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now()));
}

/** Those of the first wave that are not produced again: only what came back from the log still holds their keys. */
function others(): readonly Event[] {
  return first.filter((_, index) => index % 2 === 1);
}

/** Another event for the same booking. */
function sameBooking({ cause_ref, actors }: Event): Event {
  const buyer = actors[0]?.user_id ?? "";
  return eventFactory.booking({ buyer, seller: sellerTo(buyer) }, Date.now(), { bookingId: cause_ref });
}

async function refusalsKnown(): Promise<boolean> {
  const { value: persons } = await world.platform
    .views()
    .persons(quiet.map(({ userId }) => ({ tenantId: "default", userId })));
  return (await areSuppressed(world, bounced)) && persons.every(({ preference }) => preference !== null);
}

const restored = ["profiles", "preferences", "consents", "tokens", "suppression", "cancellations", "ledger", "dedupe"];

/** Who made each view, window and ledger: a new one at each restoration. */
async function epochs(): Promise<ReadonlyMap<string, string>> {
  const { client } = world.redis;
  const markers = await Promise.all(restored.map((name) => client.get(world.platform.keys.marker(name))));
  return new Map(
    restored.map((name, index) => [name, (JSON.parse(markers[index] ?? "{}") as { epoch?: string }).epoch ?? "gone"]),
  );
}

async function taken(): Promise<readonly string[]> {
  return (await world.ledger({ provider: "ses", outcome: "accepted" })).map(
    ({ recipient, msg_id }) => `${recipient} ${msg_id}`,
  );
}

/** Mails that were sent, each once however often its event was produced. */
function sent(): number {
  const reports = world.watch
    .of("comms.feedback")
    .filter(({ status, channel }) => status === "SENT" && channel === "EMAIL");
  return new Set(reports.map(({ msg_id }) => msg_id)).size;
}

function emailDecisions() {
  return world.watch
    .of("comms.decisions")
    .filter(({ stage, channel, user_id }) => stage === "router" && channel === "EMAIL" && !isSeller(user_id));
}

function decided(): number {
  return emailDecisions().length;
}

describe("FLUSHALL in the middle of traffic [KV-02] [KV-07] [DED-02] [DED-03]", () => {
  test("everything in Redis comes back by itself, from the log", async () => {
    const after = await epochs();
    for (const name of restored) expect(after.get(name), name).not.toBe("gone");
    for (const name of restored) expect(after.get(name), name).not.toBe(before.get(name));
  });

  test("the stages waited meanwhile, and decided nothing on views that they did not have", async () => {
    expect(await metric(child, "comms_stage_trouble_total", { code: "COMMS_STATE_STALE" })).toBeGreaterThan(0);
    const reasons = emailDecisions().map(({ reason }) => reason);
    expect(reasons).not.toContain("COMMS_NO_ADDRESS");
    expect(reasons).not.toContain("COMMS_CONSENT_MISSING");
  });

  test("no mail is lost and none is sent twice: each person has one of each wave", async () => {
    const calls = await taken();
    const twice = calls.length - new Set(calls).size;
    const counted = await metric(child, "comms_ambiguous_sends_total");
    process.stderr.write(`${calls.length} calls around FLUSHALL: ${twice} second ones, of which ${counted} counted\n`);
    expect(twice).toBe(0);
    expect(tallied(calls.map((call) => call.split(" ")[0] ?? ""))).toEqual(
      new Map(people.map(({ email }) => [email, 4])),
    );
  });

  test("nobody who is refused was written to, and each time for the reason that stood before", () => {
    const reasonsOf = (crowd: typeof people) => {
      const ids = new Set(crowd.map(({ userId }) => userId));
      return tallied(
        emailDecisions()
          .filter(({ user_id }) => ids.has(user_id))
          .map(({ verdict, reason }) => `${verdict} ${reason}`),
      );
    };
    // Four waves, and the first of them produced again or by another event.
    expect(reasonsOf(bounced)).toEqual(new Map([["DROP COMMS_SUPPRESSED", 5 * bounced.length]]));
    expect(reasonsOf(quiet)).toEqual(new Map([["DROP COMMS_PREF_BLOCKED", 5 * quiet.length]]));
  });

  test("the dedupe window is what it was: the same booking in another event is dropped", () => {
    const dropped = emailDecisions().filter(({ reason }) => reason === "COMMS_DEDUPED");
    const buyers = others().map(({ actors }) => actors[0]?.user_id ?? "");
    const known = new Set(people.map(({ userId }) => userId));
    expect(new Set(dropped.map(({ user_id }) => user_id))).toEqual(new Set(buyers.filter((id) => known.has(id))));
    expect(dropped.length).toBeGreaterThan(0);
  });
});

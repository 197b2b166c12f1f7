import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory, type EventFactory } from "#cli/demo/event-factory.ts";
import type { Event } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";

let world: World;
let eventFactory: EventFactory;
let booking: Event;

beforeAll(async () => {
  world = await startWorld();
  await world.start(everything);
  eventFactory = createEventFactory("thrice");
  await world.introduce([aPerson("ines", { phone: "+14155550101", push: true, sms: true }), aPerson("studio")]);
  booking = eventFactory.booking({ buyer: "ines", seller: "studio" }, Date.now());
});
afterAll(() => world?.close());

/** Waits until the last decision on an event of its own has come: everything produced before it is decided too. */
async function untilDecided(causeRef: string, decisions: number): Promise<void> {
  const decided = () =>
    world.watch.of("comms.decisions").filter(({ cause_ref, stage }) => cause_ref === causeRef && stage === "router");
  await world.watch.until(() => decided().length >= decisions, `${decisions} decisions on ${causeRef}`, 60_000);
}

function sends(): number {
  return world.watch.of("comms.feedback").filter(({ status }) => status === "SENT").length;
}

async function calls(): Promise<readonly string[]> {
  const taken = await world.ledger({ outcome: "accepted" });
  return taken.map(({ channel, recipient }) => `${channel} ${recipient}`).toSorted();
}

const once = ["email ines@example.com", "email studio@example.com", "push token-ines", "sms +14155550101"];

describe("the same event produced three times [DED-03]", () => {
  test("is sent once on each channel, whether its copies come together or after it is all over", async () => {
    await world.produceEvents(booking, booking);
    await untilDecided(booking.cause_ref, 12);
    await world.watch.until(() => new Set(sentIds()).size === 6, "every message to be sent", 60_000);
    await world.produceEvents(booking);
    await untilDecided(booking.cause_ref, 18);
    await world.drained();
    expect(await calls()).toEqual(once);
    expect(new Set(sentIds()).size).toBe(6);
  });

  test("each copy has the ids of the first: three times the same message and not three messages", () => {
    const routed = world.watch.of("comms.routed").filter(({ cause_ref }) => cause_ref === booking.cause_ref);
    expect(routed.length).toBeGreaterThanOrEqual(18);
    expect(new Set(routed.map(({ msg_id }) => msg_id)).size).toBe(6);
    const repeats = world.watch
      .of("comms.decisions")
      .filter(({ stage, reason }) => stage !== "router" && reason === "COMMS_ALREADY_SENT");
    // A repeat gives the same report again while the ledger still has the report, and a drop from then on.
    expect(sends() + repeats.length).toBeGreaterThanOrEqual(18);
    for (const { trace } of repeats) expect(trace.at(-1)).toMatchObject({ gate: "ledger", verdict: "DROP" });
  });

  test("and there is one row of each, which says sent", async () => {
    const rows = async () => {
      const found = await world.platform
        .postgres()
        .query<{ status: string }>("select status from comms_message where cause_ref = $1", [booking.cause_ref]);
      return found.rows.length === 6 && found.rows.every(({ status }) => status !== "queued") && found.rows;
    };
    for (const { status } of await eventually(rows, "six rows", 30_000))
      expect(["sent", "delivered"]).toContain(status);
  });
});

describe("another event that says the same [DED-01] [DED-02] [RTR-04] [KV-02]", () => {
  test("is dropped with the key and the message that holds it, and nobody is written to again", async () => {
    const again = eventFactory.booking({ buyer: "ines", seller: "studio" }, Date.now(), {
      bookingId: booking.cause_ref,
    });
    expect(again.cause_ref).not.toBe(booking.cause_ref);
    await world.produceEvents(again);
    await untilDecided(again.cause_ref, 6);
    const decisions = world.watch.of("comms.decisions").filter(({ cause_ref }) => cause_ref === again.cause_ref);
    expect(decisions.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual(
      Array.from({ length: 6 }, () => "DROP COMMS_DEDUPED"),
    );
    for (const { dedupe_key, gate } of decisions) {
      expect(gate).toBe("dedupe");
      expect(dedupe_key).toContain(`BOOKING:${booking.cause_ref}:confirmed`);
    }
    expect(world.watch.of("comms.routed").filter(({ cause_ref }) => cause_ref === again.cause_ref)).toEqual([]);
    expect(await calls()).toEqual(once);
  });

  test("while one that says something else is sent", async () => {
    const before = sends();
    const other = eventFactory.booking({ buyer: "ines", seller: "studio" }, Date.now());
    await world.produceEvents(other);
    await world.watch.until(() => sends() === before + 6, "six more messages", 60_000);
    expect((await calls()).length).toBe(8);
  });
});

function sentIds(): readonly string[] {
  return world.watch
    .of("comms.feedback")
    .filter(({ status }) => status === "SENT")
    .map(({ msg_id }) => msg_id);
}

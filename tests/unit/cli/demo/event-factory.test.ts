import { describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";

const now = Date.UTC(2027, 0, 5);
const parties = { buyer: "ines", seller: "studio" };

describe("the events of a run", () => {
  test("are numbered, so that no two have one cause", () => {
    const events = createEventFactory("r");
    const causes = [
      events.booking(parties, now),
      events.booking(parties, now),
      events.receipt("ines", now),
      events.code("ines", now),
      events.note("ines", "Hello", now),
      events.promotion("ines", now),
    ].map(({ cause_ref }) => cause_ref);
    expect(causes).toEqual(["bk_r_1", "bk_r_2", "ch_r_3", "req_r_4", "th_r_5", "ac_r_6"]);
  });

  test("give each actor the role that the catalog asks for", () => {
    expect(createEventFactory("r").booking(parties, now).actors).toEqual([
      { role: "buyer", user_id: "ines" },
      { role: "seller", user_id: "studio" },
    ]);
  });

  test("can be about a booking that another event named, and can expire", () => {
    const events = createEventFactory("r");
    const again = events.booking(parties, now, { bookingId: "bk-9", expiresAt: now + 1 });
    expect([again.cause_ref, JSON.parse(again.payload).booking_id, again.expires_at]).toEqual([
      "bk_r_1",
      "bk-9",
      now + 1,
    ]);
    expect(events.booking(parties, now).expires_at).toBeNull();
  });
});

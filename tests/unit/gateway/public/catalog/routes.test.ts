import { describe, expect, it } from "vitest";
import { type DescribedEvent, describeEvents } from "#catalog/describe-events.ts";
import { catalog, createBench } from "../../bench.ts";

interface CatalogAnswer {
  readonly events: readonly DescribedEvent[];
}

const get = (query: string) => createBench().app.inject(`/v1/catalog${query}`);

describe("GET /v1/catalog", () => {
  it("has every event with its schema, an example that fits, and what comes of it", async () => {
    const { events } = (await get("")).json<CatalogAnswer>();
    expect(events).toEqual(describeEvents());
    expect(events.length).toBeGreaterThanOrEqual(6);
    for (const { name, example } of events) {
      const entry = catalog.find(name);
      expect(entry && catalog.issues(entry, example), name).toEqual([]);
    }
    expect(events.find(({ name }) => name === "booking.confirmed")?.sends[0]).toEqual({
      role: "buyer",
      template: "booking_confirmed_buyer",
      category: "booking",
      critical: false,
      channels: ["email", "push", "sms", "inapp"],
      dedupe_key: "BOOKING:{booking_id}:{status}",
      cadence: null,
    });
  });

  it("has one event by its name, and says where there is none", async () => {
    const { events } = (await get("?name=booking.confirmed")).json<CatalogAnswer>();
    expect(events.map(({ name }) => name)).toEqual(["booking.confirmed"]);
    const none = await get("?name=booking.imagined");
    expect([none.statusCode, none.json().code]).toEqual([404, "COMMS_NOT_FOUND"]);
    expect(none.body).not.toContain("imagined");
  });
});

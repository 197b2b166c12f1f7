import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveId, deriveMsgId, personKey } from "#shared/domain/message/id.ts";

describe("derived ids", () => {
  test("an id never changes: these are on every topic", () => {
    expect(deriveId("event", "default", "booking.confirmed", "bk_1")).toBe("0fe3f196-3b6e-5f64-90b7-e10c0cc7dad5");
    expect(
      deriveMsgId({
        tenantId: "default",
        templateName: "booking_confirmed_buyer",
        userId: "anna",
        causeRef: "bk_1",
        channel: "email",
      }),
    ).toBe("e003e80d-c47e-5989-b96a-35f87f642157");
  });

  test("property: different parts give different ids, wherever a part is cut", () => {
    let cuts = 0;
    fc.assert(
      fc.property(fc.string({ minLength: 2 }), fc.nat(), fc.nat(), (text, a, b) => {
        const [i, j] = [a % text.length, b % text.length];
        const cut = (at: number) => deriveId("kind", text.slice(0, at), text.slice(at));
        if (i !== j) cuts++;
        expect(cut(i) === cut(j)).toBe(i === j);
      }),
    );
    expect(cuts).toBeGreaterThan(10);
  });

  test("a person's key names tenant and person", () => {
    expect(personKey("default", "anna/2")).toBe("default/anna/2");
  });
});

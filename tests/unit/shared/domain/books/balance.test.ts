import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accounts, balance } from "#shared/domain/books/balance.ts";

const [ten, eleven] = ["2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z"];
const of = (status: string, messages: number, change: { hour?: string; tenantId?: string } = {}) => ({
  tenantId: "acme",
  hour: ten,
  status,
  messages,
  ...change,
});

describe("the books of a tenant and hour", () => {
  it.each([
    ["queued", "in flight"],
    ["scheduled", "deferred"],
    ["digested", "digested"],
    ["sent", "sent"],
    ["delivered", "sent"],
    ["bounced", "sent"],
    ["complained", "sent"],
    ["suppressed", "blocked"],
    ["dropped", "blocked"],
    ["expired", "expired"],
    ["cancelled", "cancelled"],
    ["failed", "failed"],
    ["a status of later", "in flight"],
  ] as const)("count a message that is %s as %s", (status, account) => {
    const [books] = balance([of(status, 3)], []);
    expect(books).toMatchObject({ accepted: 3, [account]: 3, remainder: 0 });
    expect(accounts.filter((one) => books?.[one] !== 0)).toEqual([account]);
  });

  it("are apart by hour and tenant, in this order, and have what is missing", () => {
    const counts = [
      of("sent", 1, { hour: eleven }),
      of("sent", 2),
      of("failed", 4, { tenantId: "b" }),
      of("bounced", 8),
    ];
    const books = balance(counts, [{ tenantId: "c", hour: eleven, status: null, records: 16 }]);
    expect(
      books.map(({ hour, tenantId, accepted, sent, failed, remainder }) => [
        hour,
        tenantId,
        accepted,
        sent,
        failed,
        remainder,
      ]),
    ).toEqual([
      [ten, "acme", 10, 10, 0, 0],
      [ten, "b", 4, 0, 4, 0],
      [eleven, "acme", 1, 1, 0, 0],
      [eleven, "c", 16, 0, 0, 16],
    ]);
  });

  it("count a message once that waits for a missing record: not where it was, but as missing", () => {
    const remainder = [{ tenantId: "acme", hour: ten, status: "queued", records: 1 }];
    const [books] = balance([of("queued", 3), of("sent", 2)], remainder);
    expect(books).toMatchObject({ accepted: 5, sent: 2, "in flight": 2, remainder: 1 });
  });
});

describe("the books of all", () => {
  it("balance, whatever is counted: each message is in one column, and none in two", () => {
    const status = fc.constantFrom(
      "queued",
      "scheduled",
      "digested",
      "sent",
      "delivered",
      "dropped",
      "expired",
      "failed",
    );
    const count = fc.record({
      tenantId: fc.constantFrom("a", "b"),
      hour: fc.constantFrom(ten, eleven),
      status,
      messages: fc.integer({ min: 1, max: 1_000 }),
    });
    const missing = fc.record({
      tenantId: fc.constantFrom("a", "c"),
      hour: fc.constantFrom(ten, eleven),
      status: fc.constant(null),
      records: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(count), fc.array(missing), (counts, remainders) => {
        const books = balance(counts, remainders);
        for (const line of books) {
          expect(accounts.reduce((sum, account) => sum + line[account], line.remainder)).toBe(line.accepted);
        }
        const all = books.reduce((sum, { accepted }) => sum + accepted, 0);
        const counted = counts.reduce((sum, { messages }) => sum + messages, 0);
        expect(all).toBe(counted + remainders.reduce((sum, { records }) => sum + records, 0));
      }),
    );
  });
});

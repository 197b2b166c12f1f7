import { describe, expect, it } from "vitest";
import { booksText } from "#cli/books-text.ts";
import { balance } from "#shared/domain/books/balance.ts";
import type { Books } from "#shared/state/books/read-books.ts";

const now = Date.UTC(2026, 0, 5, 12, 30);
const hour = "2026-01-05T12:00:00Z";
const missing = {
  group: "comms.router",
  topic: "comms.accepted",
  partition: 3,
  offset: 17,
  id: "a1",
  tenantId: "acme",
  writtenAt: now - 60_000,
  foundAt: now - 5_000,
};
const whole: Books = { balances: [], remainder: 0, missing: [], auditedAt: now - 4_000 };

describe("what comms status says of the books", () => {
  it("is a line a tenant and hour, with every account, and that nothing is missing", () => {
    const counts = [{ tenantId: "acme", hour, status: "delivered", messages: 7 }];
    expect(booksText({ ...whole, balances: balance(counts, []) }, now).split("\n")).toEqual([
      "HOUR                  TENANT  ACCEPTED  SENT  BLOCKED  DEFERRED  DIGESTED  EXPIRED  CANCELLED  FAILED  IN-FLIGHT  REMAINDER",
      "2026-01-05T12:00:00Z  acme    7         7     0        0         0         0        0          0       0          0",
      "",
      "No record is missing; looked through 4 s ago.",
      "",
    ]);
  });

  it("names what is missing, and says how much is not named", () => {
    const text = booksText({ ...whole, remainder: 3, missing: [missing] }, now);
    expect(text).toContain("comms.router  comms.accepted  3          17      a1  acme    2026-01-05T12:29:00.000Z\n");
    expect(text).toContain("3 records are missing, of which the latest 1 are named; looked through 4 s ago.\n");
    expect(booksText({ ...whole, remainder: 1, missing: [missing] }, now)).toContain("1 record is missing; looked");
  });

  it("says that nobody looks", () => {
    expect(booksText({ ...whole, auditedAt: null }, now)).toBe(
      "Nobody has looked through the books yet: no projector runs.\n",
    );
    expect(booksText({ ...whole, auditedAt: now - 90_000 }, now)).toBe(
      "No record is missing; looked through 90 s ago: no projector runs, or it waits.\n",
    );
  });
});

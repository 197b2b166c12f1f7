import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chunkName } from "#shared/domain/books/chunks.ts";
import type { RecordPlace } from "#shared/domain/books/place.ts";
import { migrate } from "#shared/platform/postgres/migrate.ts";
import { type AuditStore, createAuditStore } from "#shared/state/books/audit-store.ts";
import { readBooks } from "#shared/state/books/read-books.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5, 12);
const of = { topic: "comms.accepted", partition: 2 };
const at = (offset: number): RecordPlace => ({ ...of, offset });
const missing = (offset: number) => ({
  ...at(offset),
  group: "comms.router",
  id: `a${offset}`,
  tenantId: "acme",
  writtenAt: start,
});

let database: TestDatabase;
let store: AuditStore;

beforeAll(async () => {
  database = await createDatabase();
  store = createAuditStore(database.pool);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.pool.query(
    "truncate comms_message, comms_handled, comms_audited, comms_audit_lease, comms_remainder, comms_balance_change, comms_balance",
  );
});

/** Writes messages as the projector does: one statement inserts the new and changes the known. */
async function write(
  messages: readonly { id: string; tenant: string; status: string; createdAt: number }[],
): Promise<void> {
  await database.pool.query(
    `insert into comms_message as m (msg_id, tenant_id, user_id, channel, template_name, template_version, category_key, locale,
       dedupe_key, status, status_rank, cause_event, cause_ref, event_id, correlation_id, created_at)
     select id, tenant, 'u', 'email', 't', 1, 'booking', 'en-US', 'k', status, 1, 'e', 'c', 'e1', 'c1', to_timestamp(created_at / 1000.0)
     from unnest($1::text[], $2::text[], $3::text[], $4::float8[]) as r (id, tenant, status, created_at)
     on conflict (msg_id) do update set status = excluded.status, created_at = least(m.created_at, excluded.created_at)`,
    [
      messages.map(({ id }) => id),
      messages.map(({ tenant }) => tenant),
      messages.map(({ status }) => status),
      messages.map(({ createdAt }) => createdAt),
    ],
  );
}

async function counted() {
  const { rows } = await database.pool.query(
    `select tenant_id, date_trunc('hour', created_at, 'UTC') as hour, status, count(*)::int as n
     from comms_message group by 1, 2, 3 order by 1, 2, 3`,
  );
  return rows;
}

async function booked() {
  const { rows } = await database.pool.query(
    `select tenant_id, hour, status, sum(messages)::int as n
     from (select * from comms_balance union all select * from comms_balance_change) as b
     group by 1, 2, 3 having sum(messages) <> 0 order by 1, 2, 3`,
  );
  return rows;
}

describe("the balance of messages", () => {
  it("is always what a count of them gives: inserted, changed, told again, moved to an earlier hour, swept, in any order", async () => {
    const message = fc.record({
      id: fc.integer({ min: 0, max: 30 }).map((n) => `m${n}`),
      status: fc.constantFrom("queued", "scheduled", "sent", "delivered", "dropped"),
      createdAt: fc.integer({ min: 0, max: 3 }).map((hours) => start + hours * hour),
    });
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.uniqueArray(message, { minLength: 1, maxLength: 12, selector: ({ id }) => id }) },
      { weight: 1, arbitrary: fc.constantFrom("fold" as const, "sweep" as const) },
    );
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        await database.pool.query("truncate comms_message");
        for (const one of steps) {
          if (one === "fold") await store.settle();
          else if (one === "sweep") await database.pool.query("delete from comms_message where msg_id < 'm2'");
          else await write(one.map((each) => ({ ...each, tenant: each.id < "m15" ? "acme" : "zeta" })));
          expect(await booked()).toEqual(await counted());
          lines += (await counted()).length;
        }
      }),
      { numRuns: 40 },
    );
    expect(lines).toBeGreaterThan(500);
  });

  it("has no line of a repeat that changes nothing, and none of hours that are empty again", async () => {
    const one = { id: "m1", tenant: "acme", status: "sent", createdAt: start };
    await write([one]);
    await store.settle();
    await write([one]);
    expect((await database.pool.query("select * from comms_balance_change")).rows).toEqual([]);
    await database.pool.query("delete from comms_message");
    await store.settle();
    expect((await database.pool.query("select * from comms_balance")).rows).toEqual([]);
  });

  it("begins with the next full hour in a database that has messages already, and counts none of those", async () => {
    const filled = await createDatabase();
    try {
      const { pool } = filled;
      await pool.query(
        `drop table comms_handled, comms_audited, comms_audit_lease, comms_remainder, comms_balance, comms_balance_change, comms_balance_start;
         drop function comms_balance_insert, comms_balance_update, comms_balance_delete, comms_balance_truncate cascade;
         delete from comms_migration where name = '0012-books.sql';
         insert into comms_message (msg_id, user_id, channel, template_name, template_version, category_key, locale, dedupe_key, status,
           status_rank, cause_event, cause_ref, event_id, correlation_id)
         values ('old', 'u', 'email', 't', 1, 'booking', 'en-US', 'k', 'queued', 1, 'e', 'c', 'e1', 'c1')`,
      );
      expect(await migrate(pool)).toEqual(["0012-books.sql"]);
      await pool.query("update comms_message set status = 'sent'");
      const { rows } = await pool.query("select * from comms_balance_change");
      expect(rows).toEqual([]);
      const [begin] = (await pool.query("select begins_at > now() as ahead from comms_balance_start")).rows;
      expect(begin).toEqual({ ahead: true });
    } finally {
      await filled.drop();
    }
  });
});

describe("the store of the audit", () => {
  it("keeps a union of marks: each offset once, whatever comes again", async () => {
    await store.mark([at(0), at(1_023), at(1_024)]);
    await store.mark([at(1_023), at(5)]);
    const marks = await store.marks([{ ...of, from: 0, to: 1_025 }]);
    const first = marks.get(chunkName(of, 0)) ?? "";
    expect(Array.from(first, (bit, offset) => (bit === "1" ? [offset] : [])).flat()).toEqual([0, 5, 1_023]);
    expect(marks.get(chunkName(of, 1))?.startsWith("10")).toBe(true);
  });

  it("never takes a floor back, and drops marks that lie wholly below it", async () => {
    await store.mark([at(3), at(1_030)]);
    await store.advance([at(1_040)]);
    await store.advance([at(7)]);
    expect(await store.floors()).toEqual(new Map([["comms.accepted/2", 1_040]]));
    await store.settle();
    expect([...(await store.marks([{ ...of, from: 0, to: 2_000 }])).keys()]).toEqual([chunkName(of, 1)]);
  });

  it("lets go of a missing record that is marked, below the floor too, and keeps its neighbours", async () => {
    await store.miss([missing(3), missing(4), missing(4_000)]);
    await store.miss([missing(3)]);
    await store.advance([at(5_000)]);
    await store.settle();
    expect(await store.remainders()).toEqual([{ group: "comms.router", topic: "comms.accepted", records: 3 }]);
    await store.mark([at(4), at(4_000)]);
    await store.settle();
    expect((await readBooks(database.pool, start)).missing.map(({ offset }) => offset)).toEqual([3]);
  });

  it("lets go of what a topic no longer holds, and of a whole partition", async () => {
    await store.miss([missing(3), missing(9)]);
    await store.advance([at(20)]);
    await store.forgetExpired([at(5)]);
    expect((await readBooks(database.pool, start)).missing.map(({ offset }) => offset)).toEqual([9]);
    await store.forget(of);
    expect(await store.remainders()).toEqual([]);
    expect(await store.floors()).toEqual(new Map());
  });

  it("leases to one owner at a time, who may go on", async () => {
    expect(await store.lease("a", 60_000)).toBe(true);
    expect(await store.lease("b", 60_000)).toBe(false);
    expect(await store.lease("a", 0)).toBe(true);
    expect(await store.lease("b", 60_000)).toBe(true);
  });

  it("says when the last look ended, and nothing before the first", async () => {
    expect((await readBooks(database.pool, start)).auditedAt).toBeNull();
    await store.lease("a", 60_000);
    await store.settle();
    expect((await readBooks(database.pool, start)).auditedAt).toBeGreaterThan(start);
  });
});

describe("the books", () => {
  it("have what is missing in the hour and tenant in which it was written", async () => {
    await write([
      { id: "m1", tenant: "acme", status: "sent", createdAt: start },
      { id: "m2", tenant: "acme", status: "queued", createdAt: start + hour },
    ]);
    await store.miss([missing(3)]);
    const { balances, remainder } = await readBooks(database.pool, start + 5);
    expect(remainder).toBe(1);
    expect(balances).toMatchObject([
      { hour: "2026-01-05T12:00:00Z", tenantId: "acme", accepted: 2, sent: 1, remainder: 1 },
      { hour: "2026-01-05T13:00:00Z", tenantId: "acme", accepted: 1, "in flight": 1, remainder: 0 },
    ]);
  });

  it("count a message once of which two records are missing, with the hour that it has, and not at all once it has ended", async () => {
    const message = { id: "m1", tenant: "acme", createdAt: start - hour };
    await write([{ ...message, status: "queued" }]);
    await store.miss([
      { ...missing(3), id: "m1" },
      { ...missing(4), id: "m1" },
    ]);
    const books = await readBooks(database.pool, start - hour);
    expect(books.remainder).toBe(2);
    expect(books.balances).toMatchObject([{ hour: "2026-01-05T11:00:00Z", accepted: 1, "in flight": 0, remainder: 1 }]);
    await write([{ ...message, status: "sent" }]);
    const ended = await readBooks(database.pool, start - hour);
    expect(ended.balances).toMatchObject([{ accepted: 1, sent: 1, remainder: 0 }]);
    expect(ended.remainder).toBe(2);
  });
});

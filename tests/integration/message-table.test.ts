import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTables } from "#processors/projector/adapters/tables.ts";
import { foldRows } from "#processors/projector/core/merge-rows.ts";
import type { MessageRow } from "#processors/projector/core/message-row.ts";
import { rowOfDecision, rowOfFeedback, rowOfRendered } from "#processors/projector/core/message-rows.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";
import { aDecision, aFeedback, aRendered } from "#tests/unit/processors/projector/core/builders.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

const stages: readonly ((msg_id: string) => MessageRow)[] = [
  (msg_id) => rowOfDecision(aDecision({ msg_id, decision_id: msg_id })),
  (msg_id) => rowOfRendered(aRendered({ msg_id })),
  (msg_id) => rowOfFeedback(aFeedback({ msg_id, feedback_id: `s-${msg_id}`, provider_ref: `ref-${msg_id}` })),
  (msg_id) =>
    rowOfFeedback(
      aFeedback({ msg_id, feedback_id: `d-${msg_id}`, provider_ref: `ref-${msg_id}`, status: "DELIVERED", attempt: 0 }),
    ),
];

/** Writes each stage of the messages by itself, as when the projector is never behind. */
async function write(first: number, messages: number): Promise<void> {
  const tables = createTables(database.pool);
  const ids = Array.from({ length: messages }, (_, at) => `m-${String(first + at).padStart(30, "0")}`);
  for (const rowOf of stages) await tables.upsertMessages(foldRows(ids.map(rowOf)));
}

async function updates(): Promise<{ readonly all: number; readonly hot: number }> {
  await database.pool.query("select pg_stat_force_next_flush()");
  const { rows } = await database.pool.query<{ all: number; hot: number }>(
    `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'comms_message'`,
  );
  return rows[0] ?? { all: 0, hot: 0 };
}

describe("the updates of a message", () => {
  it("write no index but where the provider's reference is new, as far as the page has room", async () => {
    const before = await updates();
    for (let batch = 0; batch < 10; batch++) await write(batch * 100, 100);
    const after = await updates();
    expect(after.all - before.all).toBe(3_000);
    // Four of ten; three of ten where the pages were fuller. None while an index held the status.
    expect(after.hot - before.hot).toBeGreaterThan(900);
  });
});

const file = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

describe("each statement of the product on 100,000 messages", () => {
  beforeAll(async () => {
    await database.pool.query(
      `insert into comms_message (msg_id, tenant_id, user_id, channel, template_name, template_version, category_key, locale,
        dedupe_key, status, status_rank, cause_event, cause_ref, event_id, correlation_id, provider, provider_ref, created_at)
       select 'many-' || i, 'acme', 'user-' || i % 5000, 'email', 't', 1, 'booking', 'en-US', 'd', 'sent', 8, 'e', 'c' || i,
         'e' || i, 'c', 'ses', 'ref-' || i, now() - make_interval(mins => i)
       from generate_series(1, 100000) i`,
    );
    await database.pool.query("analyze comms_message");
  }, 60_000);

  const old = new Date(Date.now() - 99_000 * 60_000);
  it.each<[string, unknown[], string]>([
    ["shared/state/messages/messages-of.sql", ["acme", "user-7", null, new Date(0), 100, null], "comms_message_person"],
    ["shared/state/messages/messages-of.sql", ["acme", null, null, new Date(0), 100, "many-7"], "comms_message_pkey"],
    ["gateway/public/messages/messages-of-event.sql", ["acme", "c7", null, "", 501], "comms_message_cause"],
    ["gateway/public/messages/messages-of-event.sql", ["acme", null, "e7", "", 501], "comms_message_event"],
    ["shared/state/ledger/was-sent.sql", [["many-7", "many-8"]], "comms_message_pkey"],
    ["processors/feedback/adapters/find-messages.sql", [["many-7"], [], []], "comms_message_pkey"],
    ["processors/feedback/adapters/find-messages.sql", [[], ["ses"], ["ref-7"]], "comms_message_provider_ref"],
    ["processors/projector/adapters/sweep-messages.sql", [old, 1_000], "comms_message_created"],
  ])("%s with %j asks by %s", async (path, values, index) => {
    const { rows } = await database.pool.query(`explain ${await file(path)}`, values);
    const plan = JSON.stringify(rows);
    expect(plan).toContain(index);
    expect(plan).not.toContain("Seq Scan on comms_message");
  });
});

describe("an upgrade of a table that is filled", () => {
  it("drops the index and keeps every row, and writers and readers wait for no rewrite", async () => {
    const { rows: was } = await database.pool.query(
      "select pg_relation_filenode('comms_message') as node, count(*) as n from comms_message",
    );
    await database.pool.query("alter table comms_message reset (fillfactor)");
    await database.pool.query("create index comms_message_open on comms_message (created_at) where status = 'queued'");
    await database.pool.query(await file("shared/platform/postgres/migrations/0010-message-updates.sql"));
    const { rows: is } = await database.pool.query(
      "select pg_relation_filenode('comms_message') as node, count(*) as n from comms_message",
    );
    expect(is).toEqual(was);
    const { rows } = await database.pool.query(
      "select reloptions, to_regclass('comms_message_open') as open from pg_class where relname = 'comms_message'",
    );
    expect(rows).toEqual([{ reloptions: ["fillfactor=70"], open: null }]);
  });
});

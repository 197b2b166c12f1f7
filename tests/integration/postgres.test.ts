import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Status } from "#shared/contracts/records.ts";
import { channels } from "#shared/domain/channel/channels.ts";
import { templateColumns } from "#shared/domain/channel/descriptor.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { lattice, statusName } from "#shared/domain/status/status.ts";
import { migrate } from "#shared/platform/postgres/migrate.ts";
import { createPool, postgres } from "#shared/platform/postgres/pool.ts";
import { watchPool } from "#shared/platform/postgres/pool-watch.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";
import { startHangingProxy } from "#tests/support/hanging-proxy.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

async function columns(table: string): Promise<readonly string[]> {
  const { rows } = await database.pool.query(
    "select column_name from information_schema.columns where table_schema = 'public' and table_name = $1",
    [table],
  );
  return rows.map((row) => row.column_name);
}

describe("migrate", () => {
  it("applies everything once, also when two processes start at the same time", async () => {
    const empty = await createDatabase({ empty: true });
    const [one, two] = await Promise.all([migrate(empty.pool), migrate(empty.pool)]);
    const files = (await readdir(new URL("../../shared/platform/postgres/migrations/", import.meta.url))).length;
    expect([one.length, two.length].sort((a, b) => a - b)).toEqual([0, files]);
    expect(await migrate(empty.pool)).toEqual([]);
    await empty.drop();
  });

  it("applies none of a set if one fails", async () => {
    const empty = await createDatabase({ empty: true });
    const folder = await folderOf({ "1.sql": "create table one (a int)", "2.sql": "create tble two (a int)" });
    await expect(migrate(empty.pool, folder)).rejects.toThrow("syntax error");
    expect((await empty.pool.query("select to_regclass('one') as one")).rows).toEqual([{ one: null }]);
    await empty.drop();
  });

  it("refuses a file that was edited after it was applied", async () => {
    const empty = await createDatabase({ empty: true });
    await migrate(empty.pool, await folderOf({ "1.sql": "create table one (a int)" }));
    const edited = await folderOf({ "1.sql": "create table one (a int, b int)" });
    await expect(migrate(empty.pool, edited)).rejects.toMatchObject({ code: "MIGRATION_CHANGED", retryable: false });
    await empty.drop();
  });
});

async function folderOf(files: Readonly<Record<string, string>>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return pathToFileURL(`${folder}/`);
}

describe("tables [KV-04] [KV-06] [KV-07]", () => {
  it.each([
    [
      "comms_template",
      "template_id name version channel locale category subject_mjml body_mjml body_text push_json sms_text inapp_json variables_json experiment_config is_active created_by created_at published_at tenant_id content_hash",
    ],
    ["comms_template_approval", "template_id approver role decided_at content_hash"],
    ["comms_category", "category_id key description critical"],
    ["comms_pref", "pref_id user_id channel category_key opted_in updated_at tenant_id"],
    ["comms_quiet_hours", "user_id tz start_local end_local allow_categories tenant_id"],
    [
      "comms_message",
      "msg_id user_id channel template_name template_version category_key locale dedupe_key subject body_rendered_s3 body_text status provider_ref cause_event cause_ref created_at updated_at experiment_variant metadata tenant_id attempts last_error_code provider",
    ],
    ["comms_suppression", "suppress_id channel address_hash reason created_at tenant_id origin scope"],
    [
      "comms_audit",
      "audit_id actor action target reason created_at tenant_id diff before_hash after_hash prev_hash hash",
    ],
    [
      "inapp_notification",
      "inapp_id user_id category_key title body deep_link unread created_at pinned expires_at tenant_id",
    ],
    [
      "comms_scheduled",
      "schedule_id tenant_id user_id msg_id kind created_at due_at expires_at target_topic key payload headers lease_owner lease_until cause_ref received_at",
    ],
    ["comms_cancellation", "tenant_id cause_ref cancelled_at reason"],
    ["comms_digest", "item_id tenant_id user_id cadence window_id window_closes_at channel payload status"],
    ["comms_digest_window", "window_id tenant_id user_id cadence channel closes_at status"],
    ["comms_idempotency", "tenant_id key request_hash answer_status answer expires_at"],
    [
      "comms_api_key",
      "key_id tenant_id name key_hash scopes rate_per_second created_at created_by expires_at revoked_at last_used_at replaced_by changed_at role",
    ],
    ["comms_user_key", "tenant_id user_id wrapped_key created_at destroyed_at"],
  ])("%s has its columns", async (table, expected) => {
    expect(await columns(table)).toEqual(expect.arrayContaining(expected.split(" ")));
  });

  it("knows the seven categories; security and legal are critical by default", async () => {
    const { rows } = await database.pool.query("select key, critical from comms_category order by key");
    expect(rows.filter((row) => row.critical).map((row) => row.key)).toEqual(["legal", "security"]);
    expect(rows).toHaveLength(7);
  });

  it("takes every status of the lattice and no other", async () => {
    const { rows } = await database.pool.query(
      "select pg_get_constraintdef(oid) as def from pg_constraint where conname = 'comms_message_status_check'",
    );
    const allowed = [...rows[0].def.matchAll(/'(\w+)'/g)].map((match) => match[1]).sort();
    const known = (Object.keys(lattice) as Status[]).filter((status) => status !== "UNKNOWN").map(statusName);
    expect(allowed).toEqual(known.sort());
  });
});

describe("channels", () => {
  it("are admitted by every table that checks them", async () => {
    const { rows } = await database.pool.query<{ name: string; definition: string }>(
      `select conrelid::regclass::text as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where conname like '%channel_check' and conparentid = 0 order by 1`,
    );
    const lacking = rows.flatMap(({ name, definition }) =>
      channels
        .map(channelName)
        .flatMap((channel) => (definition.includes(`'${channel}'`) ? [] : [`${name} ${channel}`])),
    );
    expect(rows.length).toBeGreaterThanOrEqual(7);
    expect(lacking).toEqual([]);
  });

  it("have their columns of a template [DAT-01]", async () => {
    expect(await columns("comms_template")).toEqual(expect.arrayContaining([...templateColumns]));
  });
});

describe("templates", () => {
  const insert =
    "insert into comms_template (template_id, name, version, channel, category, variables_json, created_by";

  it("are inactive until published", async () => {
    await database.pool.query(`${insert}) values ('t1', 'a', 1, 'email', 'booking', '{}', 'ann')`);
    const { rows } = await database.pool.query("select is_active from comms_template where template_id = 't1'");
    expect(rows).toEqual([{ is_active: false }]);
    await expect(
      database.pool.query("update comms_template set is_active = true where template_id = 't1'"),
    ).rejects.toMatchObject({ code: "23514" });
  });

  it("are not approved by their author", async () => {
    await database.pool.query(`${insert}) values ('t2', 'b', 1, 'email', 'booking', '{}', 'ann')`);
    const approve =
      "insert into comms_template_approval (template_id, approver, role, content_hash) values ('t2', $1, 'r', 'h')";
    await expect(database.pool.query(approve, ["ann"])).rejects.toMatchObject({ code: "23514" });
    await database.pool.query(approve, ["bob"]);
  });
});

describe("partitions of comms_decision", () => {
  const ensure = "select * from comms_ensure_decision_partitions($1, $2) as name";

  it("are made for every month in between, once", async () => {
    const { rows } = await database.pool.query(ensure, ["2026-11-30T23:30:00-02:00", "2027-01-01T00:00:00Z"]);
    expect(rows.map((row) => row.name)).toEqual(["comms_decision_2026_12", "comms_decision_2027_01"]);
    expect((await database.pool.query(ensure, ["2026-12-01Z", "2027-01-31Z"])).rows).toEqual([]);
  });

  it("go when all of the month lies more than 400 days back", async () => {
    await database.pool.query(ensure, ["2025-01-01Z", "2025-02-01Z"]);
    const drop = "select * from comms_drop_decision_partitions($1) as name";
    const end = Date.parse("2025-02-01T00:00:00Z") + 400 * 86_400_000;
    expect((await database.pool.query(drop, [new Date(end - 1)])).rows).toEqual([]);
    expect((await database.pool.query(drop, [new Date(end)])).rows).toEqual([{ name: "comms_decision_2025_01" }]);
  });
});

describe("an outage", () => {
  it("is a retryable error when nothing listens", async () => {
    const pool = createPool("postgres://nobody@127.0.0.1:1/none");
    await expect(postgres(() => pool.query("select 1"))).rejects.toMatchObject({
      code: "POSTGRES_UNAVAILABLE",
      retryable: true,
    });
  });

  it("is one when the server ends the connection, and not for a wrong statement", async () => {
    const killed = postgres(() => database.pool.query("select pg_terminate_backend(pg_backend_pid())"));
    await expect(killed).rejects.toMatchObject({ code: "POSTGRES_UNAVAILABLE" });
    await expect(postgres(() => database.pool.query("selct 1"))).rejects.toMatchObject({ code: "42601" });
  });

  it("is one when the server hangs: every statement ends, a transaction too, and the pool tells", async () => {
    const { hostname, port } = new URL(database.url);
    const proxy = await startHangingProxy({ host: hostname, port: Number(port) });
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const pool = createPool(url.href, { max: 2, connectTimeoutMs: 300, statementTimeoutMs: 500 });
    let now = 0;
    const silence = watchPool(pool, { now: () => now });
    await pool.query("select 1");
    proxy.hang();
    const waiting = Promise.allSettled([
      postgres(() => pool.query("select 1")),
      postgres(() => inTransaction(pool, (client) => client.query("select 1"))),
      postgres(() => pool.query("select 1"), { deadlineMs: 100 }),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    now = 6_000;
    expect(silence()).toBe("Postgres has not answered for 6 s");
    const outage = { status: "rejected", reason: { code: "POSTGRES_UNAVAILABLE", retryable: true } };
    expect(await waiting).toMatchObject([outage, outage, outage]);
    expect(silence()).toBeUndefined();
    proxy.goOn();
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await proxy.close();
  });

  it("leaves nothing of a transaction that fails", async () => {
    const failing = inTransaction(database.pool, async (client) => {
      await client.query("insert into comms_quiet_hours values ('default', 'u', 'UTC', '21:00', '08:00')");
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect((await database.pool.query("select * from comms_quiet_hours")).rows).toEqual([]);
  });
});

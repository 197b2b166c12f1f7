import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settings } from "#gateway/admin/config.ts";
import { assemble } from "#gateway/admin/main.ts";
import { createPartitions } from "#processors/projector/adapters/partitions.ts";
import { createTables } from "#processors/projector/adapters/tables.ts";
import { rowOfDecision, rowOfFeedback } from "#processors/projector/core/message-rows.ts";
import { type ApiKeyTable, createApiKey } from "#shared/control/keys/api-keys.ts";
import type { Role } from "#shared/domain/access/role.ts";
import { gateLines, sentence } from "#shared/domain/explanation/explain.ts";
import { timeLines } from "#shared/domain/explanation/timeline.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { readMessages } from "#shared/state/messages/read-messages.ts";
import { createTestPlatform, freePort, produce, recordsOf, type TestPlatform } from "#tests/support/platform.ts";
import { aDecision, aFeedback } from "#tests/unit/processors/projector/core/builders.ts";

let test: TestPlatform;
let service: HostedService;
let table: ApiKeyTable;
let origin: string;
let texts: Readonly<Record<"viewer" | "editor" | "approver" | "other" | "many", string>>;
let schemas: Readonly<Record<string, object>>;

const now = Date.now();

beforeAll(async () => {
  test = await createTestPlatform();
  table = { pool: test.database.pool, peppers: apiKeyPeppersOf(test.config) };
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const config: ConfigOf<typeof settings> = { ...test.config, COMMS_ADMIN_PORT: port };
  service = await assemble(test.platform, config);
  await service.start();
  texts = {
    viewer: await keyOf("CommsViewer"),
    editor: await keyOf("CommsEditor"),
    approver: await keyOf("CommsApprover"),
    other: await keyOf("CommsApprover"),
    many: await keyOf("CommsApprover", "*"),
  };
  await fillTables();
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as {
    components: { schemas: typeof schemas };
  };
  schemas = document.components.schemas;
}, 60_000);

afterAll(async () => {
  await service?.stop(5_000);
  await test?.close();
});

async function keyOf(role: Role, tenantId = "acme"): Promise<string> {
  const grant = { tenantId, name: role, scopes: [], role, ratePerSecond: null, expiresAt: null };
  return (await createApiKey(table, grant, { actor: "ann", reason: "a test", now })).text;
}

async function fillTables(): Promise<void> {
  const { pool } = test.database;
  const tables = createTables(pool);
  const trace = [
    { gate: "preferences", verdict: "PASS", reason: null, detail: "booking on email is on" },
    { gate: "suppression", verdict: "DROP", reason: "COMMS_SUPPRESSED", detail: "hard_bounce since 2026-11-01" },
  ] as const;
  const decisions = Array.from({ length: 5 }, (_, at) =>
    aDecision({
      msg_id: `m-${at}`,
      decision_id: `d-${at}`,
      recorded_at: now - at * 1_000,
      occurred_at: now - at * 1_000 - 50,
      gate: "suppression",
      verdict: "DROP",
      reason: "COMMS_SUPPRESSED",
      due_at: null,
      trace: [...trace],
    }),
  );
  const failed = aFeedback({
    msg_id: "m-failed",
    recorded_at: now,
    status: "FAILED",
    attempt: 2,
    provider_code: "454",
    reason: "COMMS_PROVIDER_REJECTED",
  });
  await createPartitions(pool).ensure([now]);
  await tables.upsertMessages([...decisions.map(rowOfDecision), rowOfFeedback(failed)]);
  await tables.insertDecisions(decisions);
  await pool.query(
    `insert into comms_suppression (suppress_id, tenant_id, channel, address_hash, reason, origin, scope, created_at, msg_id)
     select 's-' || i, 'acme', 'email', 'v1:p:' || i, case when i < 3 then 'hard_bounce' else 'legal' end,
       case when i < 3 then 'provider' else 'admin' end, 'all', now() - i * interval '1 minute',
       case when i < 3 then 'm-' || i end
     from generate_series(1, 4) i`,
  );
}

interface Asked {
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(who: keyof typeof texts | { text: string }, path: string, { method, body, headers }: Asked = {}) {
  const text = typeof who === "string" ? texts[who] : who.text;
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      authorization: `Bearer ${text}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = JSON.parse(await answer.text());
  return {
    status: answer.status,
    etag: answer.headers.get("etag"),
    replayed: answer.headers.get("idempotent-replayed"),
    json,
  };
}

/** Whether an answer keeps to the schema that the document gives it. */
function fits(name: string, json: unknown): void {
  const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(schemas[name] ?? { not: {} });
  expect([name, valid(json), valid.errors]).toEqual([name, true, null]);
}

describe("messages, over HTTP and on the real tables", () => {
  it("are found by person, event, cause, correlation and template, page after page", async () => {
    for (const query of [
      "user_id=anna",
      "event_id=e-1",
      "cause_ref=bk-1",
      "correlation_id=c-1",
      "template=booking_confirmed_buyer",
    ]) {
      const { status, json } = await ask("viewer", `/messages?${query}`);
      expect([query, status, json.messages.length]).toEqual([query, 200, 6]);
      fits("AdminMessages", json);
    }
    const seen: string[] = [];
    let next: string | null = "";
    let pages = 0;
    while (next !== null) {
      const at: string = next === "" ? "" : `&cursor=${next}`;
      const { json } = await ask("viewer", `/messages?user_id=anna&limit=2${at}`);
      seen.push(...json.messages.map((one: { msg_id: string }) => one.msg_id));
      next = json.next;
      pages++;
    }
    expect([pages, new Set(seen).size, seen.length]).toEqual([3, 6, 6]);
    expect(seen.slice(-2)).toEqual(["m-3", "m-4"]);
  });

  it.each([
    ["/messages", "Name one of"],
    ["/messages?template=t&since=8d", "since is 168h at most"],
    ["/messages?user_id=anna&colour=red", "A parameter is unknown"],
    ["/messages?user_id=anna&cursor=broken", "cursor is"],
    ["/messages?user_id=anna&limit=0", "limit: is a number"],
    ["/messages?user_id=%00", "control character"],
    ["/audit?cursor=WzEsMl0", "cursor is"],
  ])("%s is answered with 400 and why", async (path, why) => {
    const { status, json } = await ask("viewer", path);
    expect([status, json.code, json.detail]).toEqual([400, "COMMS_MALFORMED_REQUEST", expect.stringContaining(why)]);
  });

  it("are explained with every gate and what it saw, as `comms why` does [ADM-12]", async () => {
    const { json } = await ask("viewer", "/messages/m-1/explain");
    fits("Explanation", json);
    const query = { tenantId: "acme", userId: "anna", since: 0, limit: 50 };
    const [message] = (await readMessages(table.pool, query)).filter(({ msgId }) => msgId === "m-1");
    if (message === undefined) throw new Error("The message is not there");
    expect(json.sentence).toBe(sentence(message, new Set(["ses"])));
    expect(json.gates).toEqual(gateLines(message));
    expect(json.timeline).toEqual(timeLines(message, now));
    const { json: decisions } = await ask("viewer", "/messages/m-1/decisions");
    fits("Decisions", decisions);
    expect(decisions.decisions[0].trace).toEqual([
      { gate: "preferences", verdict: "PASS", reason: null, detail: "booking on email is on" },
      { gate: "suppression", verdict: "DROP", reason: "COMMS_SUPPRESSED", detail: "hard_bounce since 2026-11-01" },
    ]);
  });

  it("are another tenant's: nothing of them is there", async () => {
    const stranger = { text: await keyOf("CommsApprover", "rival") };
    expect((await ask(stranger, "/messages?user_id=anna")).json.messages).toEqual([]);
    for (const path of ["/messages/m-1", "/messages/m-1/explain", "/messages/m-1/decisions"])
      expect([path, (await ask(stranger, path)).status]).toEqual([path, 404]);
    expect((await ask(stranger, "/suppressions?since=30d")).json.suppressions).toEqual([]);
    expect((await ask(stranger, "/suppressions/s-1/lift", { body: { reason: "r" } })).status).toBe(404);
  });

  it("are those of the tenant that a key of many names, and it must name one", async () => {
    expect((await ask("many", "/messages/m-1")).status).toBe(400);
    const headers = { "comms-tenant": "acme" };
    const { status, json } = await ask("many", "/messages/m-1", { headers });
    expect([status, json.msg_id, json.status]).toEqual([200, "m-1", "suppressed"]);
    fits("AdminMessage", json);
  });
});

describe("the last hour's messages [API-07]", () => {
  it("are counted by channel and status, by status with the greatest error, and by status and retries", async () => {
    const counted = async (by: string) => {
      const { json } = await ask("viewer", `/system-metrics/failures?by=${by}`);
      fits("Failures", json);
      return json.counts;
    };
    expect(await counted("channel")).toEqual([
      { channel: "email", status: "suppressed", count: 5 },
      { channel: "email", status: "failed", count: 1 },
    ]);
    expect(await counted("error")).toEqual([
      { status: "suppressed", count: 5, max_error: null },
      { status: "failed", count: 1, max_error: "454" },
    ]);
    const retries = await counted("retries");
    expect(retries.map((one: { retry_count: number }) => one.retry_count)).toEqual([1, 0]);
    expect((await ask("viewer", "/system-metrics/failures?channel=sms")).json.counts).toEqual([]);
  });
});

describe("the queues [API-01]", () => {
  it("have the names of the runbooks, and tell what waits and how old it is", async () => {
    const all = await ask("viewer", "/system-metrics/queues");
    fits("Queues", all.json);
    const names = all.json.map((one: { queue: string }) => one.queue);
    expect(names).toEqual(expect.arrayContaining(["email", "sms", "push", "whatsapp", "communication-dlq"]));
    const before = await ask("viewer", "/system-metrics/queues/communication-dlq");
    expect(before.json).toMatchObject({ queue: "communication-dlq", waiting: 0, oldest_age_seconds: null });
    const producer = await test.platform.log().producer();
    const topic = `${test.platform.prefix}comms.router.dlq`;
    await producer.send([{ topic, key: "k", value: Buffer.from("not Avro") }]);
    await producer.close();
    await produce(test.platform, "comms.send.email", { key: "acme/anna", value: await anOrder() });
    const [after, email] = await Promise.all(
      ["communication-dlq", "email"].map((name) => ask("viewer", `/system-metrics/queues/${name}`)),
    );
    fits("Queue", after?.json);
    expect([after?.json.waiting, after?.json.oldest_age_seconds < 60]).toEqual([1, true]);
    expect(email?.json).toMatchObject({ queue: "email", waiting: 1, consumers: 0, in_flight: 0 });
    expect(email?.json.oldest_age_seconds).toBeTypeOf("number");
    expect((await ask("viewer", "/system-metrics/queues/fax")).status).toBe(404);
  });
});

async function anOrder() {
  const { readExample } = await import("#shared/contracts/topic-contract.ts");
  return JSON.parse(readExample("comms.send.email", "email.json"));
}

describe("suppressions", () => {
  it("are listed with the template that caused them, and counted by it [SUP-07]", async () => {
    const { json } = await ask("viewer", "/suppressions?limit=3");
    fits("Suppressions", json);
    expect(json.suppressions.map((one: { template: string | null }) => one.template)).toEqual([
      "booking_confirmed_buyer",
      "booking_confirmed_buyer",
      null,
    ]);
    const rest = await ask("viewer", `/suppressions?limit=3&cursor=${json.next}`);
    expect([rest.json.suppressions.length, rest.json.next]).toEqual([1, null]);
    const { json: groups } = await ask("viewer", "/suppressions/templates");
    fits("SuppressionGroups", groups);
    expect(groups.groups).toMatchObject([
      { template: "booking_confirmed_buyer", channel: "email", reason: "hard_bounce", count: 2 },
      { template: null, channel: "email", reason: "legal", count: 2 },
    ]);
  });

  it("are added for an address that nobody sees again, and found by it in any spelling", async () => {
    const body = { channel: "email", address: "Canary.Person@Example.com", evidence: "ticket 7", reason: "she asked" };
    const added = await ask("editor", "/suppressions", { body });
    expect(added.status).toBe(201);
    fits("SuppressionAdded", added.json);
    await expect
      .poll(async () => (await recordsOf(test.platform, "comms.suppression")).length, { timeout: 5_000 })
      .toBe(1);
    const [record] = await recordsOf(test.platform, "comms.suppression");
    expect(record?.value).toMatchObject({ tenant_id: "acme", address_hash: added.json.address_hash, origin: "ADMIN" });
    await table.pool.query("update comms_suppression set address_hash = $1 where suppress_id = 's-1'", [
      added.json.address_hash,
    ]);
    const search = { channel: "email", address: "canary.person@example.com" };
    const found = await ask("viewer", "/suppressions/search", { body: search });
    expect(found.json.suppressions.map((one: { suppression_id: string }) => one.suppression_id)).toEqual(["s-1"]);
    const { rows } = await table.pool.query<{ text: string }>(
      "select string_agg(a::text, '') || (select coalesce(string_agg(i::text, ''), '') from comms_idempotency i) as text from comms_audit a",
    );
    expect(rows[0]?.text).not.toMatch(/canary/i);
  });

  it("as a legal block are lifted by two people, each once", async () => {
    const asked = await ask("approver", "/suppressions/s-4/lift", { body: { reason: "the court order is over" } });
    expect(asked.status).toBe(202);
    const path = `/approvals/${asked.json.approval_id}`;
    const open = await ask("viewer", "/approvals");
    fits("Approvals", open.json);
    expect(open.json.approvals).toMatchObject([{ approval_id: asked.json.approval_id, action: "suppression.lift" }]);
    const own = await ask("approver", `${path}/approve`, { body: { reason: "I know" } });
    expect([own.status, own.json.code]).toEqual([403, "COMMS_FORBIDDEN"]);
    const approvals = await Promise.all(
      Array.from({ length: 10 }, () => ask("other", `${path}/approve`, { body: { reason: "I read it" } })),
    );
    expect(approvals.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
    expect((await ask("viewer", "/approvals")).json.approvals).toEqual([]);
  });
});

describe("a flag", () => {
  const path = "/flags/comms.pause.template.promo_weekly_summary";
  const set = { value: true, reason: "a wrong link" };

  it("is set and cleared by its version, goes to its topic, and is audited", async () => {
    const first = await ask("editor", path, { method: "PUT", body: set });
    expect([first.status, first.etag]).toEqual([200, '"1"']);
    fits("Flag", first.json);
    const stale = await ask("editor", path, {
      method: "PUT",
      body: { value: false, reason: "mended" },
      headers: { "if-match": '"7"' },
    });
    expect([stale.status, stale.json.code, stale.etag]).toEqual([412, "COMMS_VERSION_MISMATCH", '"1"']);
    const malformed = await ask("editor", path, { method: "PUT", body: set, headers: { "if-match": "one" } });
    expect(malformed.status).toBe(400);
    await expect
      .poll(async () => (await recordsOf(test.platform, "comms.flags")).map(({ key, value }) => [key, value.value]))
      .toEqual([["acme/comms.pause.template.promo_weekly_summary", "true"]]);
    const cleared = await ask("editor", path, {
      method: "DELETE",
      body: { reason: "mended" },
      headers: { "if-match": '"1"' },
    });
    expect(cleared.status).toBe(200);
    expect((await ask("viewer", "/flags")).json.flags).toEqual([]);
    const { json } = await ask("viewer", "/audit?target=comms.pause.template.promo_weekly_summary");
    fits("Audit", json);
    expect(json.entries.map((one: { action: string; reason: string }) => [one.action, one.reason])).toEqual([
      ["flag.clear", "mended"],
      ["flag.set", "a wrong link"],
    ]);
    const [entry] = json.entries;
    const byActor = await ask("viewer", `/audit?actor=${entry.actor}&action=flag.set`);
    expect(byActor.json.entries).toHaveLength(1);
  });

  it("that is none is refused with 422, and so is a body that does not fit", async () => {
    for (const [name, body] of [
      ["comms.unknown", set],
      ["comms.pause.template.t", { value: "true", reason: "r" }],
      ["comms.pause.template.t", { value: true }],
      ["comms.pause.template.t", { value: true, reason: "r", colour: "red" }],
    ] as const) {
      const { status, json } = await ask("editor", `/flags/${name}`, { method: "PUT", body });
      expect([name, status, json.code, json.faults.length]).toEqual([name, 422, "COMMS_INVALID_REQUEST", 1]);
    }
  });
});

describe("docs/samples/admin.sh", () => {
  it("asks for the queues by the runbook's line, pauses a template and clears it [API-01]", async () => {
    const sample = new URL("../../docs/samples/admin.sh", import.meta.url).pathname;
    const env = { ...process.env, admin: origin, key: texts.editor };
    const { stdout } = await promisify(execFile)("sh", [sample, "booking_declined"], { env });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { queue: "email" },
      { queue: "communication-dlq" },
      [
        { status: "failed", retry_count: 1, count: 1 },
        { status: "suppressed", retry_count: 0, count: 5 },
      ],
      { name: "comms.pause.template.booking_declined", value: true, version: 1 },
      { name: "comms.pause.template.booking_declined", value: true },
      { action: "flag.clear", reason: "mended" },
      { action: "flag.set", reason: "a wrong link in it" },
    ]);
  });
});

describe("a change under an Idempotency-Key", () => {
  it("is made once, answered alike, and refused for another request", async () => {
    const headers = { "idempotency-key": "k-1" };
    const body = { name: "shop", reason: "a new service" };
    const first = await ask("approver", "/keys", { body, headers });
    const again = await ask("approver", "/keys", { body, headers });
    expect([first.status, again.status, again.replayed]).toEqual([201, 201, "true"]);
    expect(first.json.key).toMatch(/^carillon_/);
    // What is stored holds no key, so that who reads the table cannot use one.
    expect(again.json).toEqual({ key_id: first.json.key_id });
    const { rows } = await table.pool.query("select 1 from comms_api_key where name = 'shop'");
    expect(rows).toHaveLength(1);
    const { rows: kept } = await table.pool.query<{ text: string }>(
      "select answer::text as text from comms_idempotency",
    );
    expect(kept.some(({ text }) => text.includes("carillon_"))).toBe(false);
    const other = await ask("approver", "/keys", { body: { ...body, name: "till" }, headers });
    expect([other.status, other.json.code]).toEqual([422, "COMMS_IDEMPOTENCY_MISMATCH"]);
  });
});

describe("a key that is made here", () => {
  it("opens what its role opens, and is refused within a second of its end", async () => {
    const { json } = await ask("approver", "/keys", { body: { name: "bob", role: "CommsViewer", reason: "joins" } });
    const bob = { text: json.key as string };
    expect((await ask(bob, "/flags")).status).toBe(200);
    expect((await ask(bob, "/keys", { body: { name: "x", reason: "r" } })).status).toBe(403);
    expect((await ask("approver", `/keys/${json.key_id}/revoke`, { body: { reason: "leaves" } })).status).toBe(200);
    await expect.poll(async () => (await ask(bob, "/flags")).status, { timeout: 1_000, interval: 50 }).toBe(401);
    const twice = await ask("approver", `/keys/${json.key_id}/revoke`, { body: { reason: "leaves" } });
    expect([twice.status, twice.json.code]).toEqual([409, "COMMS_CONFLICT"]);
    const listed = await ask("viewer", "/keys");
    fits("Keys", listed.json);
    expect(JSON.stringify(listed.json)).not.toContain("v1:");
  });

  it("is the tenant's own: another's is not seen, ended or rotated, and none for many is made", async () => {
    const { json } = await ask("approver", "/keys", { body: { name: "ann", role: "CommsEditor", reason: "joins" } });
    const stranger = { text: await keyOf("CommsApprover", "rival") };
    for (const verb of ["revoke", "rotate"])
      expect((await ask(stranger, `/keys/${json.key_id}/${verb}`, { body: { reason: "r" } })).status).toBe(404);
    const seen = (await ask(stranger, "/keys")).json.keys.map((one: { tenant: string }) => one.tenant);
    expect(new Set(seen)).toEqual(new Set(["rival"]));
    const made = await ask("many", "/keys", { body: { name: "root", role: "CommsViewer", reason: "support" } });
    expect(made.status).toBe(201);
    const producer = await ask("many", "/keys", { body: { name: "all", reason: "none" } });
    expect([producer.status, producer.json.code]).toEqual([422, "COMMS_INVALID_REQUEST"]);
  });

  it("is rotated, and both are taken for the overlap", async () => {
    const { json } = await ask("approver", "/keys", { body: { name: "eve", role: "CommsViewer", reason: "joins" } });
    const body = { overlap_seconds: 60, reason: "a year old" };
    const rotated = await ask("approver", `/keys/${json.key_id}/rotate`, { body });
    expect(rotated.status).toBe(201);
    fits("KeyRotated", rotated.json);
    for (const text of [json.key, rotated.json.key]) expect((await ask({ text }, "/flags")).status).toBe(200);
  });
});

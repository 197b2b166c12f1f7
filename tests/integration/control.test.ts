import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChangeRelay } from "#gateway/admin/relay.ts";
import type { Flag } from "#shared/contracts/records.ts";
import { decideApproval, listApprovals } from "#shared/control/approvals/decide-approval.ts";
import { approvalMs } from "#shared/control/approvals/open-approval.ts";
import { auditHash } from "#shared/control/audit/audit-row.ts";
import { readChain, readChainHeads } from "#shared/control/audit/read-chain.ts";
import { readHeads } from "#shared/control/audit/read-heads.ts";
import { verifyChain } from "#shared/control/audit/verify-chain.ts";
import type { CommandActor } from "#shared/control/command.ts";
import { commandTable } from "#shared/control/command-table.ts";
import { clearFlag, listFlags, setFlag } from "#shared/control/flags/flags.ts";
import { type CommandClients, runCommand } from "#shared/control/run-command.ts";
import { addSuppression } from "#shared/control/suppressions/add-suppression.ts";
import { liftSuppression } from "#shared/control/suppressions/lift-suppression.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { createTestPlatform, type TestPlatform } from "#tests/support/platform.ts";
import { eventually } from "#tests/support/world/eventually.ts";

let test: TestPlatform;
let clock: ManualClock;
let clients: CommandClients;
let tenants = 0;

beforeAll(async () => {
  test = await createTestPlatform();
  clock = createManualClock();
  clients = { pool: test.database.pool, codec: test.platform.codec(), clock };
});

afterAll(() => test.close());

/** People of a tenant that no other test has. */
function peopleOf(
  tenantId = `t${++tenants}`,
): Readonly<Record<"viewer" | "editor" | "approver" | "other", CommandActor>> {
  return {
    viewer: { id: "key:viewer", role: "CommsViewer", tenantId },
    editor: { id: "key:editor", role: "CommsEditor", tenantId },
    approver: { id: "key:approver", role: "CommsApprover", tenantId },
    other: { id: "key:other", role: "CommsApprover", tenantId },
  };
}

const pauseTenant = "comms.pause.tenant";
const hash = (digit: string) => `v1:k1:${digit.repeat(64)}`;

async function count(table: "comms_audit" | "comms_outbox" | "comms_flag" | "comms_approval", tenantId: string) {
  const { rows } = await clients.pool.query(`select count(*)::int as n from ${table} where tenant_id = $1`, [tenantId]);
  return rows[0].n as number;
}

async function entryOf(tenantId: string, reason: string, origin: string): Promise<string> {
  const id = `${tenantId}-${reason}-${origin}`;
  await clients.pool.query(
    `insert into comms_suppression (suppress_id, tenant_id, channel, address_hash, reason, origin, scope, created_at)
     values ($1, $2, 'email', $3, $4, $5, 'all', to_timestamp($6 / 1000.0))`,
    [id, tenantId, hash("a"), reason, origin, clock.now() - 1_000],
  );
  return id;
}

describe("a command", () => {
  it("writes its row, its audit row with the diff, and its outbox row", async () => {
    const { editor } = peopleOf();
    const request = { actor: editor, input: { name: pauseTenant, value: true }, reason: " a wrong campaign " };
    const outcome = await runCommand(clients, setFlag, request);
    expect(outcome).toMatchObject({ kind: "done", result: { name: pauseTenant, value: "true", version: 1 } });
    const audit = await clients.pool.query("select * from comms_audit where tenant_id = $1", [editor.tenantId]);
    expect(audit.rows).toMatchObject([
      {
        actor: "key:editor",
        action: "flag.set",
        target: { flag: pauseTenant, tenant: editor.tenantId },
        reason: "a wrong campaign",
        diff: { value: [null, "true"] },
        before_hash: null,
        prev_hash: null,
        number: "1",
      },
    ]);
    const outbox = await clients.pool.query("select * from comms_outbox where tenant_id = $1", [editor.tenantId]);
    expect(outbox.rows).toMatchObject([
      { topic: "comms.flags", key: `${editor.tenantId}/${pauseTenant}`, relayed_at: null },
    ]);
    const flag = test.platform.codec().decode("comms.flags", outbox.rows[0].value) as Flag;
    expect(flag).toMatchObject({
      tenant_id: editor.tenantId,
      name: pauseTenant,
      value: "true",
      updated_by: "key:editor",
    });
  });

  it("changes nothing where one part fails: neither row, audit nor outbox", async () => {
    const { editor } = peopleOf();
    const broken: CommandClients = {
      ...clients,
      codec: {
        encode: () => {
          throw new TypeError("no such schema");
        },
      },
    };
    const request = { actor: editor, input: { name: pauseTenant, value: true }, reason: "a test" };
    await expect(runCommand(broken, setFlag, request)).rejects.toThrow("no such schema");
    const counts = await Promise.all(
      (["comms_flag", "comms_audit", "comms_outbox"] as const).map((table) => count(table, editor.tenantId)),
    );
    expect(counts).toEqual([0, 0, 0]);
  });
});

describe("a flag as a command", () => {
  it("told again changes nothing, and is refused for its role, its input, its version or an empty reason", async () => {
    const { editor, viewer } = peopleOf();
    const input = { name: pauseTenant, value: true };
    const run = (more: object, actor = editor, reason = "a test") =>
      runCommand(clients, setFlag, { actor, input: { ...input, ...more }, reason });
    await run({});
    expect(await run({})).toMatchObject({ kind: "unchanged", result: { version: 1 } });
    expect(await run({ version: 1, value: false })).toMatchObject({ kind: "done", result: { version: 2 } });
    const refusals = [
      [await run({ version: 1, value: true }), "COMMS_VERSION_MISMATCH"],
      [await run({}, viewer), "COMMS_FORBIDDEN"],
      [await run({ name: "comms.pause.everything" }), "COMMS_INVALID_REQUEST"],
      [await run({ value: "True" }), "COMMS_INVALID_REQUEST"],
      [await run({ expires_at: "tomorrow" }), "COMMS_INVALID_REQUEST"],
      [await run({ expires_at: new Date(clock.now()).toISOString() }), "COMMS_INVALID_REQUEST"],
      [await run({ more: 1 }), "COMMS_INVALID_REQUEST"],
      [await run({}, editor, "  "), "COMMS_INVALID_REQUEST"],
      // A stage is of all tenants.
      [await run({ name: "comms.pause.stage.router" }), "COMMS_FORBIDDEN"],
      [
        await runCommand(clients, clearFlag, {
          actor: editor,
          input: { name: "comms.pause.channel.sms" },
          reason: "r",
        }),
        "COMMS_NOT_FOUND",
      ],
    ] as const;
    for (const [outcome, code] of refusals) expect(outcome).toMatchObject({ kind: "refused", refusal: { code } });
    expect(await count("comms_audit", editor.tenantId)).toBe(2);
  });

  it("clears a flag by a tombstone, and shows a tenant its own flags and those of all", async () => {
    const { editor } = peopleOf();
    const everybody = { ...editor, tenantId: "*" };
    const input = { name: "comms.pause.channel.push", value: true };
    await runCommand(clients, setFlag, { actor: editor, input, reason: "a test" });
    await runCommand(clients, setFlag, { actor: everybody, input, reason: "a test" });
    const names = (await listFlags(clients.pool, editor.tenantId)).map(({ tenantId, name }) => [tenantId, name]);
    expect(names).toEqual([
      ["*", input.name],
      [editor.tenantId, input.name],
    ]);
    const request = { actor: editor, input: { name: input.name }, reason: "over" };
    expect(await runCommand(clients, clearFlag, request)).toMatchObject({ kind: "done" });
    const { rows } = await clients.pool.query("select value from comms_outbox where tenant_id = $1 order by seq", [
      editor.tenantId,
    ]);
    expect(rows.map(({ value }) => value === null)).toEqual([false, true]);
  });
});

describe("an address on the list [SUP-04]", () => {
  const consent = () => ({
    source: "call of 3 May",
    consented_at: new Date(clock.now()).toISOString(),
    document: "T-1",
  });
  const lift = (actor: CommandActor, input: object) =>
    runCommand(clients, liftSuppression, { actor, input, reason: "asked" });

  it("is put there by its hash alone", async () => {
    const { editor } = peopleOf();
    const input = { channel: "email", address_hash: hash("b"), reason: "manual", evidence: "T-7" };
    const outcome = await runCommand(clients, addSuppression, { actor: editor, input, reason: "asked by letter" });
    expect(outcome).toMatchObject({ kind: "done", result: { reason: "MANUAL", origin: "ADMIN", scope: "all" } });
    for (const wrong of [
      { address_hash: "anna@example.com" },
      { channel: "EMAIL" },
      { channel: "inapp" },
      { scope: "x" },
    ]) {
      const refused = await runCommand(clients, addSuppression, {
        actor: editor,
        input: { ...input, ...wrong },
        reason: "r",
      });
      expect(refused).toMatchObject({ kind: "refused", refusal: { code: "COMMS_INVALID_REQUEST" } });
    }
  });

  it.each([
    ["complaint", "recipient"],
    ["unsubscribe", "recipient"],
    ["stop", "recipient"],
    ["hard_bounce", "provider"],
    ["soft_bounce", "provider"],
  ])("as %s by %s is lifted with a documented consent that is younger, and not without", async (reason, origin) => {
    const { approver, editor } = peopleOf();
    const suppression_id = await entryOf(approver.tenantId, reason, origin);
    const old = new Date(clock.now() - 2_000).toISOString();
    const future = new Date(clock.now() + 60_000).toISOString();
    for (const wrong of [
      undefined,
      { ...consent(), consented_at: old },
      { ...consent(), consented_at: future },
      { ...consent(), document: " " },
    ]) {
      const outcome = await lift(approver, { suppression_id, consent: wrong });
      expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "COMMS_INVALID_REQUEST" } });
    }
    const forbidden = await lift(editor, { suppression_id, consent: consent() });
    expect(forbidden).toMatchObject({ kind: "refused", refusal: { code: "COMMS_FORBIDDEN" } });
    expect(await count("comms_outbox", approver.tenantId)).toBe(0);

    expect(await lift(approver, { suppression_id, consent: consent() })).toMatchObject({ kind: "done" });
    const { rows } = await clients.pool.query("select key, value from comms_outbox where tenant_id = $1", [
      approver.tenantId,
    ]);
    const key = [approver.tenantId, "EMAIL", hash("a"), reason.toUpperCase(), origin.toUpperCase(), "all"].join("/");
    expect(rows).toEqual([{ key, value: null }]);
    const kept = await clients.pool.query("select source, document from comms_repermission where suppress_id = $1", [
      suppression_id,
    ]);
    expect(kept.rows).toEqual([{ source: "call of 3 May", document: "T-1" }]);
  });
});

describe("an entry of an admin", () => {
  const lift = (actor: CommandActor, input: object) =>
    runCommand(clients, liftSuppression, { actor, input, reason: "asked" });

  it("is lifted with a reason alone, from another tenant not at all", async () => {
    const { approver } = peopleOf();
    const suppression_id = await entryOf(approver.tenantId, "manual", "admin");
    const foreign = await lift(peopleOf().approver, { suppression_id });
    expect(foreign).toMatchObject({ kind: "refused", refusal: { code: "COMMS_NOT_FOUND" } });
    expect(await lift(approver, { suppression_id })).toMatchObject({ kind: "done" });
  });

  it("that is a legal block needs a second person", async () => {
    const { approver, other } = peopleOf();
    const suppression_id = await entryOf(approver.tenantId, "legal", "admin");
    const asked = await lift(approver, { suppression_id });
    if (asked.kind !== "requested") throw new Error(`It was ${asked.kind}`);
    expect(await count("comms_outbox", approver.tenantId)).toBe(0);
    const decision = { approvalId: asked.approvalId, verdict: "approved", reason: "court order is over" } as const;
    expect(await decideApproval(clients, commandTable, { ...decision, actor: other })).toMatchObject({ kind: "done" });
    expect(await count("comms_outbox", approver.tenantId)).toBe(1);
    const { rows } = await clients.pool.query(
      "select actor, action from comms_audit where tenant_id = $1 order by seq",
      [approver.tenantId],
    );
    expect(rows).toEqual([
      { actor: "key:approver", action: "approval.request" },
      { actor: "key:approver", action: "suppression.lift" },
      { actor: "key:other", action: "approval.approve" },
    ]);
  });
});

describe("a request for a second person", () => {
  const ask = async (actor: CommandActor) => {
    const suppression_id = await entryOf(actor.tenantId, "legal", "admin");
    const outcome = await runCommand(clients, liftSuppression, { actor, input: { suppression_id }, reason: "asked" });
    if (outcome.kind !== "requested") throw new Error(`It was ${outcome.kind}`);
    return outcome.approvalId;
  };
  const decide = (actor: CommandActor, approvalId: string, verdict: "approved" | "rejected" = "approved") =>
    decideApproval(clients, commandTable, { actor, approvalId, verdict, reason: "seen" });

  it("is not approved by who asked, by a lesser role or from another tenant", async () => {
    const { approver, editor } = peopleOf();
    const id = await ask(approver);
    const codes = [
      await decide(approver, id),
      await decide({ ...editor, id: "key:x" }, id),
      await decide(peopleOf().other, id),
    ].map((outcome) => outcome.kind === "refused" && outcome.refusal.code);
    expect(codes).toEqual(["COMMS_FORBIDDEN", "COMMS_FORBIDDEN", "COMMS_NOT_FOUND"]);
    expect(await count("comms_outbox", approver.tenantId)).toBe(0);
  });

  it("asked again by the same person is the same request", async () => {
    const { approver } = peopleOf();
    const id = await ask(approver);
    const input = { suppression_id: `${approver.tenantId}-legal-admin` };
    const again = await runCommand(clients, liftSuppression, { actor: approver, input, reason: "asked" });
    expect(again).toMatchObject({ kind: "requested", approvalId: id });
    expect(await count("comms_approval", approver.tenantId)).toBe(1);
  });

  it("is approved once by fifty approvals at once", async () => {
    const { approver, other } = peopleOf();
    const id = await ask(approver);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => decide(other, id)));
    expect(outcomes.filter(({ kind }) => kind === "done")).toHaveLength(1);
    const codes = new Set(outcomes.map((outcome) => outcome.kind === "refused" && outcome.refusal.code));
    expect(codes).toEqual(new Set([false, "COMMS_CONFLICT"]));
    expect(await count("comms_outbox", approver.tenantId)).toBe(1);
  });

  it("is void once its input has changed", async () => {
    const { approver, other } = peopleOf();
    const id = await ask(approver);
    const input = { suppression_id: await entryOf(approver.tenantId, "complaint", "recipient") };
    await clients.pool.query("update comms_approval set input = $2 where approval_id = $1", [
      id,
      JSON.stringify(input),
    ]);
    expect(await decide(other, id)).toMatchObject({ kind: "refused", refusal: { code: "COMMS_CONFLICT" } });
    expect(await count("comms_outbox", approver.tenantId)).toBe(0);
  });

  it("ends after a day, and where it is rejected", async () => {
    const { approver, other } = peopleOf();
    const rejected = await ask(approver);
    expect(await decide(other, rejected, "rejected")).toMatchObject({ kind: "done" });
    expect(await decide(other, rejected)).toMatchObject({ kind: "refused", refusal: { code: "COMMS_CONFLICT" } });
    const late = peopleOf();
    const id = await ask(late.approver);
    await clock.advance(approvalMs);
    expect(await decide(late.other, id)).toMatchObject({ kind: "refused", refusal: { code: "COMMS_CONFLICT" } });
    const options = { now: clock.now(), limit: 10 };
    const listed = (tenantId: string, openOnly: boolean) =>
      listApprovals(clients.pool, { tenantId, openOnly, ...options });
    expect(await listed(late.approver.tenantId, true)).toEqual([]);
    expect(await listed(late.approver.tenantId, false)).toMatchObject([{ approvalId: id, state: "open" }]);
    expect(await count("comms_outbox", late.approver.tenantId)).toBe(0);
  });
});

describe("the audit [DAT-07]", () => {
  const report = async (tenantId: string, heads: Parameters<typeof verifyChain>[1] = []) =>
    verifyChain(readChain(clients.pool, tenantId), heads);

  it("is one whole chain after changes at once", async () => {
    const { editor } = peopleOf();
    const set = (at: number) =>
      runCommand(clients, setFlag, {
        actor: editor,
        input: { name: `comms.pause.template.t${at % 7}`, value: at % 2 === 0 },
        reason: `number ${at}`,
      });
    const outcomes = await Promise.all(Array.from({ length: 60 }, (_, at) => set(at)));
    const changes = outcomes.filter(({ kind }) => kind === "done").length;
    expect(changes).toBeGreaterThan(6);
    expect(await report(editor.tenantId)).toEqual({ rows: changes, linkedOnly: 0, faults: [] });
  });

  it("names any one of 10,000 rows that was altered, removed or cut off at the end", async () => {
    const { tenantId } = peopleOf().editor;
    await insertChain(tenantId, 10_000);
    const heads = (await readChainHeads(clients.pool)).filter((head) => head.tenantId === tenantId);
    expect(await report(tenantId, heads)).toEqual({ rows: 10_000, linkedOnly: 0, faults: [] });
    const changes: readonly (readonly [sql: string, number: number, fault: string])[] = [
      ["update comms_audit set actor = 'mallory'", 1, "Row 1 is not as it was written"],
      ['update comms_audit set diff = \'{"value": ["false", "true"]}\'', 4_711, "Row 4711 is not as it was written"],
      ["update comms_audit set created_at = created_at + interval '1 ms'", 9_999, "Row 9999 is not as it was written"],
      ["delete from comms_audit", 5_000, "Row 5000 is gone"],
      ["delete from comms_audit", 1, "Row 1 is gone"],
      ["delete from comms_audit", 10_000, "Row 10000 is gone"],
    ];
    for (const [sql, number, fault] of changes) {
      const client = await clients.pool.connect();
      await client.query("begin");
      await client.query(`${sql} where tenant_id = $1 and number = $2`, [tenantId, number]);
      await client.query("commit");
      client.release();
      const { faults } = await report(tenantId, heads);
      expect(faults.map((one) => one.fault)).toEqual([fault]);
      await clients.pool.query("delete from comms_audit where tenant_id = $1", [tenantId]);
      await insertChain(tenantId, 10_000);
    }
  }, 60_000);
});

/** Writes a chain as `appendAudit` does, in one statement. */
async function insertChain(tenantId: string, length: number): Promise<void> {
  let previousHash: string | null = null;
  const rows = Array.from({ length }, (_, at) => {
    const row = {
      auditId: `${tenantId}-${at + 1}`,
      tenantId,
      number: at + 1,
      actor: "nora",
      action: "flag.set",
      target: { flag: pauseTenant },
      reason: `reason ${at}`,
      at: 1_790_000_000_000 + at,
      diff: { value: ["true", "false"] as const },
      beforeHash: null,
      afterHash: null,
      previousHash,
    };
    const hashed = auditHash(row);
    previousHash = hashed;
    return { ...row, hash: hashed };
  });
  await clients.pool.query(
    `insert into comms_audit (audit_id, tenant_id, number, actor, action, target, reason, created_at, diff, prev_hash, hash)
     select r->>'auditId', r->>'tenantId', (r->>'number')::bigint, r->>'actor', r->>'action', r->'target', r->>'reason',
       to_timestamp((r->>'at')::bigint / 1000.0), r->'diff', r->>'previousHash', r->>'hash'
     from jsonb_array_elements($1::jsonb) with ordinality as e (r, at) order by at`,
    [JSON.stringify(rows)],
  );
}

describe("comms audit export --verify [TOL-03]", () => {
  it("writes out every row and exits with 1, naming the row, where one was altered", async () => {
    const { tenantId } = peopleOf().editor;
    await insertChain(tenantId, 1_500);
    const whole = exportOf(tenantId, "ndjson");
    expect(whole.status, whole.stderr).toBe(0);
    expect(whole.stderr).toContain(`The audit is whole: 1500 rows of tenant ${tenantId}`);
    const rows = whole.stdout.trimEnd().split("\n");
    expect(rows).toHaveLength(1_500);
    expect(JSON.parse(rows[1_499] ?? "")).toMatchObject({
      number: 1_500,
      actor: "nora",
      diff: { value: ["true", "false"] },
    });
    await clients.pool.query("update comms_audit set reason = 'none' where tenant_id = $1 and number = 77", [tenantId]);
    const altered = exportOf(tenantId, "csv");
    expect(altered.status).toBe(1);
    expect(altered.stderr).toContain("Row 77 is not as it was written");
    expect(altered.stdout.split("\r\n")).toHaveLength(1_502);
  }, 60_000);
});

function exportOf(tenant: string, format: string) {
  const comms = fileURLToPath(new URL("../../bin/comms", import.meta.url));
  const { config } = test;
  return spawnSync(comms, ["audit", "export", "--verify", "--tenant", tenant, "--format", format], {
    encoding: "utf8",
    env: {
      ...process.env,
      COMMS_STACK_ROOT: readStackConfig().root,
      COMMS_BOOTSTRAP_SERVERS: config.COMMS_BOOTSTRAP_SERVERS,
      COMMS_SCHEMA_REGISTRY_URL: config.COMMS_SCHEMA_REGISTRY_URL,
      COMMS_POSTGRES_URL: test.database.url,
      COMMS_TOPIC_PREFIX: test.platform.prefix,
    },
  });
}

describe("the relay", () => {
  it("carries changes to their topic in the order of each key, by two at once, and heads of the audit", async () => {
    const { editor } = peopleOf();
    const stop = new AbortController();
    const relays = await Promise.all([createChangeRelay(test.platform), createChangeRelay(other(test))]);
    const running = relays.map((relay) => relay.run(stop.signal));
    const names = Array.from({ length: 10 }, (_, at) => `comms.pause.template.order${at}`);
    let changes = 0;
    for (let round = 0; round < 10; round++) {
      for (const name of names) {
        const input = { name, value: round % 2 === 0 };
        await runCommand(clients, setFlag, { actor: editor, input, reason: `round ${round}` });
        changes++;
      }
    }
    const waiting = async () =>
      (await clients.pool.query("select count(*)::int as n from comms_outbox where relayed_at is null")).rows[0]
        .n as number;
    await eventually(async () => (await waiting()) === 0, "the outbox to be empty", { ms: 20_000 });
    const carried = await flagsOnTopic(editor.tenantId);
    expect(carried.size).toBe(names.length);
    for (const values of carried.values())
      expect(values).toEqual(Array.from({ length: 10 }, (_, at) => String(at % 2 === 0)));
    expect(changes).toBe(100);
    stop.abort();
    await Promise.all(running);
    await Promise.all(relays.map((relay) => relay.close(1_000)));

    const heads = await createChangeRelay(test.platform);
    const later = new AbortController();
    const writing = heads.run(later.signal);
    const topic = { log: test.platform.log(), codec: test.platform.codec(), prefix: test.platform.prefix };
    await eventually(async () => (await readHeads(topic, editor.tenantId)).at(-1)?.number === 100, "the last head", {
      ms: 20_000,
    });
    later.abort();
    await writing;
    await heads.close(1_000);
    const told = await readHeads(topic, editor.tenantId);
    expect((await verifyChain(readChain(clients.pool, editor.tenantId), told)).faults).toEqual([]);
  }, 60_000);
});

/** The same platform under another owner. */
function other({ platform }: TestPlatform): TestPlatform["platform"] {
  return Object.assign(Object.create(platform) as TestPlatform["platform"], { owner: `${platform.owner}-2` });
}

/** The values of each flag of a tenant, in the order of the topic, each run of equal ones once: the relay writes at least once. */
async function flagsOnTopic(tenantId: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { platform } = test;
  const told = new Map<string, string[]>();
  for await (const records of platform.log().readToEnd([`${platform.prefix}comms.flags`])) {
    for (const { value } of records) {
      if (value === null) continue;
      const flag = platform.codec().decode("comms.flags", value) as Flag;
      if (flag.tenant_id !== tenantId) continue;
      const values = told.get(flag.name) ?? [];
      if (values.at(-1) !== flag.value) values.push(flag.value);
      told.set(flag.name, values);
    }
  }
  return told;
}

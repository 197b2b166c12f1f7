import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { leaseSeconds } from "#gateway/access/key-rates.ts";
import { wrongKeysMax } from "#gateway/access/wrong-keys.ts";
import { settings } from "#gateway/config.ts";
import { assemble } from "#gateway/main.ts";
import {
  type ApiKeyGrant,
  type ApiKeyTable,
  bootstrapApiKey,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from "#shared/control/keys/api-keys.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import { environmentWith } from "#shared/platform/config/environment.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import { type DrawnApiKey, drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { type HangingProxy, startHangingProxy } from "#tests/support/hanging-proxy.ts";
import { naughtyStrings } from "#tests/support/naughty-strings.ts";
import { createTestPlatform, freePort, recordsOf, type TestPlatform } from "#tests/support/platform.ts";

interface Gateway {
  readonly base: string;
  readonly platform: ProcessContext;
  readonly service: HostedService;
}

let test: TestPlatform;
let table: ApiKeyTable;
let proxy: HangingProxy;
/** Two on the database itself, and one that reaches it by a proxy. */
let gateways: readonly [Gateway, Gateway, Gateway];
let key: DrawnApiKey;

const grant: ApiKeyGrant = {
  tenantId: "default",
  name: "shop",
  scopes: allScopes,
  ratePerSecond: null,
  expiresAt: null,
};
const change = () => ({ actor: "ann", reason: "a test", now: Date.now() });

async function startGateway(databaseUrl: string): Promise<Gateway> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const config: ConfigOf<typeof settings> = {
    ...test.config,
    COMMS_POSTGRES_URL: databaseUrl,
    COMMS_GATEWAY_PORT: port,
    COMMS_GATEWAY_PUBLIC_URL: base,
    COMMS_GATEWAY_TRUSTED_PROXIES: ["127.0.0.1"],
  };
  const platform = createProcessContext(config, { name: "gateway" });
  await platform.warm();
  const service = await assemble(platform, config);
  await service.start();
  return { base, platform, service };
}

beforeAll(async () => {
  test = await createTestPlatform();
  table = { pool: test.database.pool, peppers: apiKeyPeppersOf(test.config) };
  const url = new URL(test.database.url);
  proxy = await startHangingProxy({ host: url.hostname, port: Number(url.port) });
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  gateways = await Promise.all([startGateway(url.href), startGateway(url.href), startGateway(proxied.href)]);
  key = await createApiKey(table, grant, change());
}, 60_000);

afterAll(async () => {
  proxy?.goOn();
  for (const { service } of gateways ?? []) await service.stop(5_000);
  await proxy?.close();
  for (const { platform } of gateways ?? []) await platform.close();
  await test?.close();
});

async function booking(cause_ref: string, more: object = {}): Promise<object> {
  const file = await readFile(new URL("../../catalog/events/booking/booking.confirmed.yaml", import.meta.url), "utf8");
  const { example } = parse(file) as { example: object };
  const actors = ["buyer", "seller"].map((role) => ({ role, user_id: `${role}-1` }));
  return { name: "booking.confirmed", actors, cause_ref, payload: example, ...more };
}

/** Posts an event to an address of a gateway: to that of dry runs, where it is given as a gateway. */
async function post(to: Gateway | string, text: string, body: object): Promise<Response> {
  return fetch(typeof to === "string" ? to : `${to.base}/v1/events?dry_run=true`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${text}` },
    body: JSON.stringify(body),
  });
}

async function statusOf(gateway: Gateway, { text }: Pick<DrawnApiKey, "text">): Promise<number> {
  const answer = await post(gateway, text, await booking("bk"));
  await answer.text();
  return answer.status;
}

const statuses = (one: DrawnApiKey) => Promise.all(gateways.map((gateway) => statusOf(gateway, one)));
/** Everywhere, and for the promised second at most. */
const everywhere = (one: DrawnApiKey) => expect.poll(() => statuses(one), { timeout: 1_000, interval: 50 });

/** Ends the connections that gateways are told of changes by. */
const listeners = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and query like '%clock_timestamp() - interval%' and pid <> pg_backend_pid()`;

describe("a key on the real table", () => {
  it("opens from the moment that it is made, with its own tenant", async () => {
    expect(await statuses(key)).toEqual([200, 200, 200]);
    expect(await statuses(drawApiKey())).toEqual([401, 401, 401]);
    const acme = await createApiKey(table, { ...grant, tenantId: "acme" }, change());
    const answer = await post(`${gateways[0].base}/v1/events`, acme.text, await booking("bk-acme"));
    expect(answer.status).toBe(202);
    const records = await recordsOf(test.platform, "comms.events");
    expect(records.map((one) => [one.key, one.value.tenant_id])).toEqual([["acme/bk-acme", "acme"]]);
    expect((await post(gateways[0], acme.text, await booking("bk", { tenant_id: "default" }))).status).toBe(403);
  });

  it("that is revoked is refused within a second by every gateway", async () => {
    const doomed = await createApiKey(table, grant, change());
    expect(await statuses(doomed)).toEqual([200, 200, 200]);
    expect(await revokeApiKey(table, doomed.keyId, change())).toBeUndefined();
    await everywhere(doomed).toEqual([401, 401, 401]);
    expect(await revokeApiKey(table, doomed.keyId, change())).toBe("revoked");
    expect(await revokeApiKey(table, "abcabcabcabc", change())).toBe("unknown");
  });

  it("that is revoked is refused within a second also where no gateway can be told, over and over", async () => {
    const doomed = await createApiKey(table, grant, change());
    expect(await statuses(doomed)).toEqual([200, 200, 200]);
    const cut = setInterval(() => void test.database.pool.query(listeners).catch(() => {}), 50);
    try {
      await test.database.pool.query(listeners);
      await revokeApiKey(table, doomed.keyId, change());
      await everywhere(doomed).toEqual([401, 401, 401]);
    } finally {
      clearInterval(cut);
    }
    await everywhere(key).toEqual([200, 200, 200]);
  });

  it("that somebody deletes by hand is gone, also where the gateways could not be told", async () => {
    const doomed = await createApiKey(table, grant, change());
    expect(await statuses(doomed)).toEqual([200, 200, 200]);
    await test.database.pool.query(listeners);
    await test.database.pool.query("delete from comms_api_key where key_id = $1", [doomed.keyId]);
    await everywhere(doomed).toEqual([401, 401, 401]);
  });

  it("that is rotated opens beside its successor until the overlap ends", async () => {
    const old = await createApiKey(table, { ...grant, scopes: ["catalog:read"], ratePerSecond: 7 }, change());
    const kept = await rotateApiKey(table, { keyId: old.keyId, overlapMs: 3_600_000 }, change());
    const next = typeof kept === "string" ? expect.fail(kept) : kept.drawn;
    const catalog = (one: DrawnApiKey) =>
      fetch(`${gateways[1].base}/v1/catalog`, { headers: { authorization: `Bearer ${one.text}` } });
    expect([(await catalog(old)).status, (await catalog(next)).status]).toEqual([200, 200]);
    const listed = (await listApiKeys(table.pool)).find(({ keyId }) => keyId === next.keyId);
    expect(listed).toMatchObject({ name: "shop", scopes: ["catalog:read"], ratePerSecond: 7, expiresAt: null });
    await rotateApiKey(table, { keyId: old.keyId, overlapMs: 0 }, change());
    await expect.poll(async () => (await catalog(old)).status, { timeout: 1_000 }).toBe(401);
    expect((await catalog(next)).status).toBe(200);
    expect(await rotateApiKey(table, { keyId: old.keyId, overlapMs: 0 }, change())).toBe("expired");
  });
});

describe("limits over several gateways, by the buckets in Redis", () => {
  it("a key has one rate and one burst, whatever the number of gateways", async () => {
    const rate = 20;
    const limited = await createApiKey(table, { ...grant, ratePerSecond: rate }, change());
    const begun = Date.now();
    const rounds = await Promise.all(Array.from({ length: 60 }, () => statuses(limited)));
    const seconds = (Date.now() - begun) / 1_000;
    const found = Map.groupBy(rounds.flat(), (status) => status);
    expect([...found.keys()].toSorted()).toEqual([200, 429]);
    const through = found.get(200)?.length ?? 0;
    // A burst, what time gave back meanwhile, and a tenth of a second's events for each gateway.
    expect(through).toBeGreaterThanOrEqual(2 * rate - 3 * rate * leaseSeconds);
    expect(through).toBeLessThanOrEqual(2 * rate + seconds * rate + 3 * rate * leaseSeconds);
    expect(await test.platform.redis().exists(test.platform.keys.sharedBucket(`key:${limited.keyId}`))).toBe(1);
  });

  it("a guesser has as many wrong keys as at one gateway, and a right key from elsewhere comes through", async () => {
    const guess = async (gateway: Gateway, from: string, { text }: DrawnApiKey = drawApiKey()) => {
      const headers = { authorization: `Bearer ${text}`, "x-forwarded-for": from };
      const answer = await fetch(`${gateway.base}/v1/catalog`, { headers });
      await answer.text();
      return answer.status;
    };
    const found: number[] = [];
    for (let round = 0; round < wrongKeysMax; round++)
      for (const gateway of gateways) found.push(await guess(gateway, "192.0.2.77"));
    const tried = found.filter((status) => status === 401).length;
    expect(found.length - tried).toBe(found.filter((status) => status === 429).length);
    expect(tried).toBeGreaterThanOrEqual(wrongKeysMax);
    // One more for each gateway that had not heard, and one for each five seconds that this takes.
    expect(tried).toBeLessThanOrEqual(wrongKeysMax + gateways.length + 5);
    expect(await guess(gateways[0], "192.0.2.78", key)).toBe(200);
    const keys = await test.platform.redis().keys(`${test.platform.keys.sharedBucket("wrong")}*`);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join()).not.toContain("192.0.2");
  });
});

describe("keys while Postgres does not answer", () => {
  it("known ones go on, and nobody can say of others", { timeout: 30_000 }, async () => {
    const [, , far] = gateways;
    const late = await createApiKey(table, grant, change());
    expect(await statusOf(far, key)).toBe(200);
    proxy.hang();
    const known = await Promise.all(Array.from({ length: 20 }, () => statusOf(far, key)));
    expect(new Set(known)).toEqual(new Set([200]));
    const unknown = await post(far, late.text, await booking("bk"));
    expect([unknown.status, unknown.headers.get("retry-after"), await unknown.json()]).toMatchObject([
      503,
      "5",
      { code: "COMMS_UNAVAILABLE" },
    ]);
    expect(await statusOf(far, key)).toBe(200);
    proxy.goOn();
    await expect.poll(() => statusOf(far, late), { timeout: 15_000 }).toBe(200);
  });
});

describe("what people do with keys", () => {
  it("leaves a row in the audit for each change, in one chain, and no key", async () => {
    const { rows } = await table.pool.query("select * from comms_audit where tenant_id = 'default' order by seq");
    const actions = Map.groupBy(rows, ({ action }) => action as string);
    expect([...actions.keys()].toSorted()).toEqual(["key.create", "key.revoke", "key.rotate"]);
    expect(actions.get("key.revoke")?.[0]).toMatchObject({
      actor: "ann",
      reason: "a test",
      diff: { key: ["usable", "revoked"] },
    });
    expect(rows.map(({ prev_hash }) => prev_hash)).toEqual([null, ...rows.slice(0, -1).map(({ hash }) => hash)]);
    const stored = JSON.stringify([rows, (await table.pool.query("select * from comms_api_key")).rows]);
    expect(stored).not.toContain(key.text.slice(-43));
  });

  it("bootstraps once, however many begin at the same time", async () => {
    await table.pool.query("update comms_api_key set revoked_at = now() where revoked_at is null");
    const made = await Promise.all([1, 2, 3].map(() => bootstrapApiKey(table, grant, change())));
    expect(made.filter((one) => one !== undefined)).toHaveLength(1);
    key = made.find((one) => one !== undefined) as DrawnApiKey;
    expect(await bootstrapApiKey(table, { ...grant, tenantId: "acme" }, change())).toBeUndefined();
  });

  it("sees when a key was last used once its gateway has stopped, and a use never rings", async () => {
    const [, second] = gateways;
    expect(await statusOf(second, key)).toBe(200);
    await second.service.stop(5_000);
    const used = (await listApiKeys(table.pool)).find(({ keyId }) => keyId === key.keyId);
    expect(used?.lastUsedAt).toBeGreaterThan(Date.now() - 60_000);
    const { rows } = await table.pool.query("select changed_at from comms_api_key where key_id = $1", [key.keyId]);
    expect(rows).toEqual([{ changed_at: null }]);
  });
});

describe("comms key", () => {
  const comms = (...args: string[]) => {
    const program = fileURLToPath(new URL("../../bin/comms", import.meta.url));
    const env = environmentWith({ COMMS_POSTGRES_URL: test.database.url });
    const { status, stdout, stderr } = spawnSync(program, ["key", ...args], { env, encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it("prints a new key alone on stdout, and never again", { timeout: 60_000 }, async () => {
    const made = comms("create", "--name", "till", "--scopes", "events:write", "--expires", "90d", "--rate", "5");
    expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^carillon_\w{12}_[\w-]{43}\n$/) });
    const text = made.stdout.trim();
    expect((await post(gateways[0], text, await booking("bk"))).status).toBe(200);
    const prefix = text.slice(0, 21);
    const listed = comms("list", "--format", "json");
    expect(JSON.parse(listed.stdout)).toContainEqual(
      expect.objectContaining({ key: prefix, name: "till", rate_per_second: 5, scopes: ["events:write"] }),
    );
    expect(listed.stdout + made.stderr).not.toContain(text.slice(22));
    expect(comms("revoke", prefix)).toMatchObject({ status: 2, stderr: expect.stringContaining("--reason") });
    expect(comms("revoke", prefix, "--reason", "lost")).toMatchObject({ status: 0, stdout: "" });
    expect(comms("revoke", prefix, "--reason", "lost")).toMatchObject({ status: 3 });
    expect(comms("bootstrap")).toMatchObject({ status: 3, stdout: "" });
    // The gateways of this process stood still while the commands ran.
    await expect.poll(() => statusOf(gateways[0], { text }), { timeout: 1_000, interval: 50 }).toBe(401);
  });
});

describe("GET /v1/messages on the real tables", () => {
  const insert = `insert into comms_message (msg_id, tenant_id, user_id, channel, template_name, template_version,
      category_key, locale, dedupe_key, status, status_rank, reason, cause_event, cause_ref, event_id, correlation_id)
    select tenant || '-m' || lpad(i::text, 4, '0'), tenant, 'anna', 'email', 't', 1, 'booking', 'en-US', 'd', 'dropped', 6,
      'COMMS_SUPPRESSED', 'booking.confirmed', cause, tenant || '-' || cause, 'c'
    from generate_series(1, $3) i, (values ($1::text, $2::text)) as given (tenant, cause)`;

  async function get(one: DrawnApiKey, query: string) {
    const answer = await fetch(`${gateways[0].base}/v1/messages?${query}`, {
      headers: { authorization: `Bearer ${one.text}` },
    });
    return (await answer.json()) as { messages: { msg_id: string }[]; rejections: object[]; next: string | null };
  }

  it("gives a tenant its own, by cause and by event, page after page, with what was refused", async () => {
    const acme = await createApiKey(table, { ...grant, tenantId: "acme" }, change());
    await table.pool.query(insert, ["acme", "bk-9", 501]);
    await table.pool.query(insert, ["default", "bk-9", 1]);
    await table.pool.query(
      `insert into comms_rejected (rejected_id, tenant_id, recorded_at, event_name, cause_ref, reason, faults, source_topic,
        source_partition, source_offset)
       values ('r1', 'acme', '2026-01-05T12:00:00Z', 'booking.confirmed', 'bk-9', 'COMMS_INVALID_EVENT', '{a fault}', 't', 0, 0)`,
    );
    const first = await get(acme, "cause_ref=bk-9");
    expect([first.messages.length, first.next]).toEqual([500, "acme-m0500"]);
    expect(first.messages[0]).toMatchObject({
      msg_id: "acme-m0001",
      event_id: "acme-bk-9",
      event: "booking.confirmed",
      user_id: "anna",
      channel: "email",
      status: "dropped",
      reason: "COMMS_SUPPRESSED",
      sent_at: null,
    });
    expect(first.rejections).toEqual([
      {
        event: "booking.confirmed",
        cause_ref: "bk-9",
        reason: "COMMS_INVALID_EVENT",
        faults: ["a fault"],
        recorded_at: "2026-01-05T12:00:00.000Z",
      },
    ]);
    const second = await get(acme, `cause_ref=bk-9&after=${first.next}`);
    expect([second.messages.map(({ msg_id }) => msg_id), second.next]).toEqual([["acme-m0501"], null]);
    expect((await get(acme, "event_id=acme-bk-9")).messages).toHaveLength(500);
    expect((await get(acme, "event_id=default-bk-9")).messages).toEqual([]);
    expect((await get(key, "cause_ref=bk-9")).messages.map(({ msg_id }) => msg_id)).toEqual(["default-m0001"]);
  });
});

describe("the question for messages", () => {
  it("finds nothing for a naughty string, and does not fail over it", async () => {
    const statuses = new Map<number, number>();
    for (const text of naughtyStrings) {
      const value = encodeURIComponent(text.toWellFormed());
      for (const query of [`cause_ref=${value}`, `event_id=${value}`, `cause_ref=bk-9&after=${value}`]) {
        const answer = await fetch(`${gateways[0].base}/v1/messages?${query}`, {
          headers: { authorization: `Bearer ${key.text}` },
        });
        await answer.text();
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      }
    }
    expect([...statuses.keys()].toSorted()).toEqual([200, 400]);
    expect(statuses.get(200)).toBeGreaterThan(60);
  });

  it("asks by an index, among many messages of the tenant", async () => {
    await table.pool.query(
      `insert into comms_message (msg_id, tenant_id, user_id, channel, template_name, template_version, category_key, locale,
        dedupe_key, status, status_rank, cause_event, cause_ref, event_id, correlation_id)
       select 'many-' || i, 'acme', 'anna', 'email', 't', 1, 'booking', 'en-US', 'd', 'sent', 8, 'e', 'c' || i, 'e' || i, 'c'
       from generate_series(1, 5000) i`,
    );
    await table.pool.query("analyze comms_message");
    const sql = await readFile(new URL("../../gateway/public/messages/messages-of-event.sql", import.meta.url), "utf8");
    const planOf = async (causeRef: string | null, eventId: string | null) =>
      JSON.stringify((await table.pool.query(`explain ${sql}`, ["acme", causeRef, eventId, "", 501])).rows);
    expect(await planOf("c7", null)).toContain("comms_message_cause");
    expect(await planOf(null, "e7")).toContain("comms_message_event");
  });
});

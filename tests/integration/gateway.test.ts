import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { assemble } from "#gateway/main.ts";
import { createIdempotency } from "#gateway/public/events/idempotency.ts";
import { createApiKey } from "#shared/control/keys/api-keys.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import { signUnsubscribe, unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import { createProcessContext } from "#shared/runtime/process/process-context.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { type Simulator, startSimulator } from "#simulator/simulator.ts";
import { createTestPlatform, freePort, recordsOf, type TestPlatform } from "#tests/support/platform.ts";

let folder: string;
let simulator: Simulator;
let test: TestPlatform;
let gateway: HostedService;
let base: string;
let port: number;
let key: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-gateway-"));
  port = await freePort();
  base = `http://127.0.0.1:${port}`;
  simulator = await startSimulator({
    ledgerPath: join(folder, "ledger.ndjson"),
    callbackBase: base,
    callbackDelayMs: 1,
    outOfOrderShare: 0,
  });
  test = await createTestPlatform({
    COMMS_GATEWAY_PORT: String(port),
    COMMS_GATEWAY_PUBLIC_URL: base,
    COMMS_SNS_TOPIC_ARNS: sandboxAccounts.ses.topicArn,
    COMMS_SNS_CERTIFICATE_ORIGIN: `${simulator.url}/sns`,
    COMMS_TWILIO_AUTH_TOKEN: sandboxAccounts.twilio.authToken,
  });
  const table = { pool: test.database.pool, peppers: apiKeyPeppersOf(test.config) };
  const grant = { tenantId: "default", name: "shop", scopes: allScopes, ratePerSecond: null, expiresAt: null };
  ({ text: key } = await createApiKey(table, grant, { actor: "ann", reason: "a test", now: Date.now() }));
  gateway = await assemble(test.platform, test.config);
  await gateway.start();
});

afterAll(async () => {
  await gateway?.stop(5_000);
  await simulator?.close();
  await test?.close();
  await rm(folder, { recursive: true, force: true });
});

const json = { "content-type": "application/json" };

async function booking(cause_ref: string): Promise<object> {
  const file = await readFile(new URL("../../catalog/events/booking/booking.confirmed.yaml", import.meta.url), "utf8");
  const { example } = parse(file) as { example: object };
  const actors = ["buyer", "seller"].map((role) => ({ role, user_id: `${role}-1` }));
  return { name: "booking.confirmed", actors, cause_ref, payload: example };
}

async function postEvent(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/v1/events`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(body),
  });
}

async function control(path: string, body: object = {}): Promise<{ callbacks: Record<string, number> }> {
  const answer = await fetch(
    `${simulator.url}/control/${path}`,
    path === "health" ? {} : { method: "POST", headers: json, body: JSON.stringify(body) },
  );
  return (await answer.json()) as { callbacks: Record<string, number> };
}

/** What the gateway asks Postgres and Redis from now on, but for the sweep, which is no request's. */
function storeTrips(): () => readonly unknown[] {
  const query = vi.spyOn(test.platform.postgres(), "query");
  const command = vi.spyOn(test.platform.redis(), "sendCommand");
  return () => {
    const asked: unknown[] = [...query.mock.calls, ...command.mock.calls].map(([what]) => what);
    query.mockRestore();
    command.mockRestore();
    return asked.filter((what) => !String(what).includes("delete from comms_idempotency"));
  };
}

const callbacks = async () => (await control("health")).callbacks;

describe("the gateway on the real log [INT-02] [INT-03] [FBK-01] [KV-07]", () => {
  it("has an event on the log before it says so, in the trace of its caller", async () => {
    const traceId = randomBytes(16).toString("hex");
    const answer = await postEvent(await booking("bk-1"), { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    expect(answer.status).toBe(202);
    const { event_id } = (await answer.json()) as { event_id: string };
    const records = await recordsOf(test.platform, "comms.events");
    expect(records).toMatchObject([
      { key: "default/bk-1", value: { event_id, name: "booking.confirmed", source: "http" } },
    ]);
    expect(String(records[0]?.headers["traceparent"])).toContain(traceId);
    expect(String(records[0]?.headers["ce_source"])).toBe("/carillon/gateway");
  });

  it("answers ten requests at once under one key with one record", async () => {
    const body = await booking("bk-2");
    const headers = { "idempotency-key": "at-once" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => postEvent(body, headers)));
    const first = answers.filter(({ status, headers }) => status === 202 && !headers.has("idempotent-replayed"));
    expect(first).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
    const again = await postEvent(body, headers);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, "true"]);
    expect((await postEvent(await booking("bk-3"), headers)).status).toBe(422);
    const records = (await recordsOf(test.platform, "comms.events")).filter(({ key }) => /bk-[23]$/.test(key));
    expect(records).toHaveLength(1);
  });
});

describe("webhooks at the gateway [FBK-01]", () => {
  it("takes SES's own events in, as SNS signs them, and confirms the subscription that they need", async () => {
    await control("sns/subscription");
    const client = new SESv2Client({
      region: "us-east-1",
      endpoint: `${simulator.url}/ses`,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: "no-reply@notify.example.com",
        Destination: { ToAddresses: ["bounce@simulator.amazonses.com"] },
        Content: { Simple: { Subject: { Data: "Hi" }, Body: { Text: { Data: "Hi" } } } },
        ConfigurationSetName: "comms-transactional",
        EmailTags: [{ Name: "msg_id", Value: "m-1" }],
      }),
    );
    client.destroy();
    await expect.poll(callbacks).toMatchObject({ pending: 0, delivered: 2, failed: 0 });
    const records = await recordsOf(test.platform, "comms.provider-events");
    expect(records).toHaveLength(1);
    const [{ key, value } = { key: "", value: undefined }] = records;
    expect(value).toMatchObject({ provider_event_id: key, provider: "ses", tenant_id: "default", msg_id: null });
    expect(JSON.parse(String(value?.body))).toMatchObject({ eventType: "Bounce", mail: { tags: { msg_id: ["m-1"] } } });
  });

  it("takes Twilio's status callbacks in, each status once, without a trip to a store", async () => {
    const trips = storeTrips();
    const { accountSid, authToken } = sandboxAccounts.twilio;
    const before = (await callbacks())["delivered"] ?? 0;
    const answer = await fetch(`${simulator.url}/twilio/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` },
      body: new URLSearchParams({
        To: "+15005550010",
        From: "+15005550006",
        Body: "Hi",
        StatusCallback: `${base}/webhooks/twilio/status?tenant=acme&msg_id=m-2`,
      }),
    });
    expect(answer.status).toBe(201);
    await expect.poll(callbacks).toMatchObject({ pending: 0, delivered: before + 3, failed: 0 });
    const callbackRecords = (await recordsOf(test.platform, "comms.provider-events")).filter(
      ({ value }) => value.provider === "twilio",
    );
    expect(callbackRecords.every(({ value }) => value.tenant_id === "acme" && value.msg_id === "m-2")).toBe(true);
    const statuses = callbackRecords
      .map(({ value }) => new URLSearchParams(String(value.body)).get("MessageStatus"))
      .sort();
    expect(statuses).toEqual(["delivered", "queued", "sent"]);
    expect(trips()).toEqual([]);
  });
});

describe("an unsubscribe at the gateway", () => {
  it("takes an unsubscribe in from a mail client's one click", async () => {
    const claim = {
      tenantId: "default",
      userId: "anna",
      channel: "email",
      addressHash: `v1:dev:${"ab".repeat(32)}`,
      scope: "category:booking",
      msgId: "m-1",
      expiresAt: Date.now() + 60_000,
    };
    const token = signUnsubscribe(claim, unsubscribeKeys(test.config.COMMS_UNSUBSCRIBE_SECRET));
    const body = new URLSearchParams({ "List-Unsubscribe": "One-Click" });
    const answer = await fetch(`${base}/unsubscribe/${token}`, { method: "POST", body, redirect: "error" });
    expect(answer.status).toBe(200);
    expect(await recordsOf(test.platform, "comms.suppression")).toMatchObject([
      {
        key: `default/EMAIL/${claim.addressHash}/UNSUBSCRIBE/RECIPIENT/category:booking`,
        value: { scope: "category:booking", msg_id: "m-1" },
      },
    ]);
  });
});

describe("comms_idempotency [KV-07]", () => {
  const request = { tenantId: "default", key: "k", requestHash: "h" };
  const start = Date.UTC(2026, 0, 5, 12);

  it("gives a key back after a day, or when its request died, and only to the same request", async () => {
    const store = createIdempotency(test.database.pool);
    const claimed = await store.begin(request, start);
    expect(claimed).toEqual({ kind: "claimed", at: start });
    expect(await store.begin(request, start + 29_999)).toEqual({ kind: "in flight" });
    expect(await store.begin({ ...request, requestHash: "other" }, start + 30_000)).toEqual({ kind: "mismatch" });
    expect(await store.begin(request, start + 30_000)).toEqual({ kind: "claimed", at: start + 30_000 });
    // The first is not dead after all: its answer is no longer the one that counts.
    await store.finish(request, start, { status: 500, body: { late: true } });
    await store.finish(request, start + 30_000, { status: 202, body: { event_id: "e" } });
    const answered = { kind: "answered", answer: { status: 202, body: { event_id: "e" } } };
    expect(await store.begin(request, start + 60_000)).toEqual(answered);
    await store.sweep(start + 24 * 3_600_000);
    expect(await store.begin(request, start + 24 * 3_600_000 + 29_999)).toEqual(answered);
    expect(await store.begin({ ...request, requestHash: "other" }, start + 24 * 3_600_000 + 30_000)).toMatchObject({
      kind: "claimed",
    });
  });

  it("deletes what has expired batch after batch, however much it is, and nothing else", async () => {
    const { pool } = test.database;
    await pool.query("delete from comms_idempotency");
    await pool.query(
      `insert into comms_idempotency (tenant_id, key, request_hash, expires_at)
       select 'default', 'k' || i, 'h', to_timestamp($1 + i % 2 * 1000) from generate_series(1, 9000) as i`,
      [start / 1_000],
    );
    const store = createIdempotency(pool);
    let batches = 0;
    while (await store.sweep(start)) batches++;
    expect(batches).toBe(2);
    expect((await pool.query("select count(*)::int as left from comms_idempotency")).rows).toEqual([{ left: 4_500 }]);
  });

  it("lets go of a key", async () => {
    const store = createIdempotency(test.database.pool);
    const mine = { ...request, key: "let go" };
    await store.begin(mine, start);
    await store.release(mine, start + 1);
    expect(await store.begin(mine, start + 2)).toEqual({ kind: "in flight" });
    await store.release(mine, start);
    expect(await store.begin(mine, start + 3)).toMatchObject({ kind: "claimed" });
  });
});

describe("the gateway's life", () => {
  it("says in a sentence that its port is taken, and by what setting to change it", async () => {
    const platform = createProcessContext(test.config, { name: "second" });
    await platform.warm();
    const second = await assemble(platform, test.config);
    expect(second.state()).toMatchObject({ stage: "gateway", ready: false, why: "it does not listen yet" });
    await expect(second.start()).rejects.toMatchObject({
      code: "GATEWAY_PORT_TAKEN",
      message: expect.stringMatching(new RegExp(`^Port ${port} on 127.0.0.1 is taken: .*COMMS_GATEWAY_PORT`)),
    });
    await second.stop(1_000);
    await platform.close();
  });

  it("finishes the request that is under way when it is stopped, and takes no more", async () => {
    const body = Buffer.from(JSON.stringify(await booking("bk-stop")));
    const answered = Promise.withResolvers<number>();
    const slow = httpRequest(
      `${base}/v1/events`,
      { method: "POST", headers: { ...json, authorization: `Bearer ${key}`, "content-length": body.length } },
      (answer) => {
        answer.resume();
        answered.resolve(answer.statusCode ?? 0);
      },
    );
    slow.on("error", answered.reject);
    slow.write(body.subarray(0, 10));
    await expect.poll(() => gateway.state().inHand).toBe(1);
    const stopped = gateway.stop(5_000);
    expect(gateway.state()).toMatchObject({ ready: false, why: "it is stopping" });
    slow.end(body.subarray(10));
    expect(await answered.promise).toBe(202);
    const answeredAt = performance.now();
    await stopped;
    expect(performance.now() - answeredAt).toBeLessThan(2_000);
    await expect(fetch(`${base}/openapi.json`)).rejects.toThrow();
    const records = (await recordsOf(test.platform, "comms.events")).filter(({ key }) => key === "default/bk-stop");
    expect(records).toHaveLength(1);
  });
});

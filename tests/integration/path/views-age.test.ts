import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import { signUnsubscribe, unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const secret = "0123456789abcdef0123456789abcdef";
const criticalSeconds = 9;

/** They are suppressed while nobody sees it. */
const optedOut = aCrowd("opted-out", 10);
const blocked = aCrowd("blocked", 3);
const open = aCrowd("open", 5);
const lost = aCrowd("lost", 10);

const eventFactory = createEventFactory("views");
let world: World;
let materializer: WorldChild;
let rest: WorldChild;

beforeAll(async () => {
  world = await startWorld({
    env: { COMMS_VIEW_AGE_CRITICAL_SECONDS: String(criticalSeconds), COMMS_UNSUBSCRIBE_SECRET: secret },
  });
  materializer = await world.start(["materializer"]);
  rest = await world.start(allBut("materializer"));
  await world.introduce([...optedOut, ...blocked, ...open, ...lost]);
});
afterAll(async () => {
  if (materializer) process.kill(materializer.pid, "SIGCONT");
  await world?.close();
});

function hashOf(email: string | null): string {
  return world.platform.hasher.hash("EMAIL", email ?? "");
}

function suppressed(email: string | null, reason: Suppression["reason"] = "HARD_BOUNCE") {
  const name = {
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: hashOf(email),
    reason,
    origin: "PROVIDER",
    scope: "all",
  } as const;
  const key = suppressionKey(name);
  const value: Suppression = {
    ...name,
    suppression_id: deriveId("suppression", key),
    created_at: Date.now(),
    msg_id: null,
    evidence: "test",
  };
  return {
    topic: `${world.prefix}comms.suppression`,
    key,
    value: world.platform.codec().encode("comms.suppression", value),
  };
}

async function mailedTo(crowd: typeof open): Promise<number> {
  const addresses = new Set(crowd.map(({ email }) => email));
  const calls = await world.ledger({ provider: "ses", outcome: "accepted" });
  return calls.filter(({ recipient }) => addresses.has(recipient ?? "")).length;
}

function bookings(crowd: typeof open) {
  return crowd.map(({ userId }) => eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now()));
}

function receipts(crowd: typeof open) {
  return crowd.map(({ userId }) => eventFactory.receipt(userId, Date.now()));
}

const isReady = async ({ healthUrl }: WorldChild) => (await fetch(`${healthUrl}/readyz`)).status === 200;

function emailDecisions(crowd: typeof open) {
  const ids = new Set(crowd.map(({ userId }) => userId));
  return world.watch.of("comms.decisions").filter(({ channel, user_id }) => channel === "EMAIL" && ids.has(user_id));
}

describe("a materializer that stands still", () => {
  test("lets nobody be written to on what the views said before, critical or not; and the probes say so", async () => {
    process.kill(materializer.pid, "SIGSTOP");
    const [person] = optedOut;
    const claim = {
      tenantId: "default",
      userId: person?.userId ?? "",
      channel: "email",
      addressHash: hashOf(person?.email ?? ""),
      scope: "category:booking",
      msgId: "",
      expiresAt: Date.now() + 3_600_000,
    };
    const token = signUnsubscribe(claim, unsubscribeKeys(secret));
    const answer = await fetch(`${world.gatewayUrl}/unsubscribe/${token}`, { method: "POST" });
    expect([answer.status, (await answer.text()).includes("within a minute")]).toEqual([200, true]);
    expect(await metric(rest, "comms_optout_late_total", { door: "one_click" })).toBe(1);

    await world.write([
      ...optedOut.map(({ email }) => suppressed(email)),
      ...blocked.map((one) => suppressed(one.email, "LEGAL")),
    ]);
    await eventually(async () => !(await isReady(rest)), "the stages to be unready", 20_000);
    await world.produceEvents(...bookings(optedOut), ...bookings(open));
    await eventually(
      async () => emailDecisions(open).filter(({ reason }) => reason === "COMMS_STATE_STALE").length >= open.length,
      "the bookings to be held",
      20_000,
    );
    await new Promise((resolve) => setTimeout(resolve, criticalSeconds * 1_000));
    await world.produceEvents(...receipts(blocked), ...receipts(open));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect([await mailedTo(optedOut), await mailedTo(blocked), await mailedTo(open)]).toEqual([0, 0, 0]);
  }, 90_000);

  test("holds and loses nothing: when it goes on, what may go is sent within seconds, and what may not is dropped", async () => {
    const resumed = Date.now();
    process.kill(materializer.pid, "SIGCONT");
    await eventually(async () => (await mailedTo(open)) === 2 * open.length, "the held mails to be sent", 30_000);
    const waitedMs = Date.now() - resumed;
    process.stderr.write(`held mails were sent ${waitedMs} ms after the materializer went on\n`);
    await eventually(async () => isReady(rest), "the stages to be ready", 20_000);
    await world.drained();
    expect([await mailedTo(optedOut), await mailedTo(blocked)]).toEqual([0, 0]);
    const reasons = new Set(emailDecisions(blocked).map(({ reason }) => reason));
    expect(reasons).toContain("COMMS_BLOCKLISTED");
  }, 90_000);
});

describe("a Redis that comes back from an older snapshot [KV-02]", () => {
  test("is not trusted: nobody is written to who was suppressed since", async () => {
    const before = await mailedTo(open);
    await world.redis.snapshot();
    await world.write(lost.map(({ email }) => suppressed(email)));
    await eventually(
      async () => {
        const refs = lost.map(({ email }) => ({
          tenantId: "default",
          channel: "EMAIL" as const,
          addressHash: hashOf(email),
        }));
        return (await world.platform.views().suppressions(refs)).value.every((entries) => entries.length > 0);
      },
      "the view to have the suppressions",
      20_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await world.redis.rewind();
    await world.produceEvents(...bookings(lost), ...bookings(open));
    await eventually(
      async () => (await mailedTo(open)) === before + open.length,
      "the others' mails to be sent",
      60_000,
    );
    await world.drained();
    const mailed = await mailedTo(lost);
    process.stderr.write(`${mailed} of ${lost.length} suppressed people were written to after the snapshot\n`);
    expect(mailed).toBe(0);
    expect(await metric(materializer, "comms_views_behind_total", { view: "suppression" })).toBeGreaterThan(0);
  }, 120_000);
});

describe("twenty bad profiles", () => {
  test("do not stop the materializer", async () => {
    const bad = Array.from({ length: 20 }, (_, i) => ({
      topic: `${world.prefix}comms.profiles`,
      key: `default/bad-${i}`,
      value: Buffer.from("{}"),
    }));
    await world.write(bad);
    await world.drained();
    await eventually(async () => isReady(materializer), "the materializer to be ready", 10_000);
    expect(await metric(materializer, "comms_dead_letter_fuse_blown", {})).toBe(0);
    const fresh = async () => (await world.platform.views().persons([])).ageMs < 3_000;
    await eventually(fresh, "the views to be fresh behind what cannot be decoded", 10_000);
  }, 60_000);
});

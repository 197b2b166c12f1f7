import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { introduce } from "#cli/demo/people.ts";
import { produce } from "#cli/prepare.ts";
import type { Preference } from "#shared/contracts/records.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { groupOf, readsInGroup, sendChannels, stages } from "#shared/contracts/topics.ts";
import { personKey } from "#shared/domain/message/id.ts";
import { signUnsubscribe, unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import { addresses } from "#tests/support/addresses.ts";
import { joinGroup } from "#tests/support/group-member.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd, aPerson, untilKnown } from "#tests/support/world/people.ts";
import { suppressionOf, untilSuppressed } from "#tests/support/world/suppressions.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const secret = "0123456789abcdef0123456789abcdef";
/** Long enough to send a critical mail in between, on two busy cores too. */
const criticalSeconds = 20;
/** How long the materializer is away: longer than the group waits for a member. */
const awaySeconds = 65;
/** What is held goes so long after the materializer goes on: it joins its group again, catches up, and stamps. */
const heldMsMax = 20_000;

/** Their legal block is in the views before the materializer stands still. */
const known = aCrowd("known", 3);
/** They are suppressed while nobody sees it. */
const optedOut = aCrowd("opted-out", 10);
const blocked = aCrowd("blocked", 3);
/** The same, and a critical mail is for them within the stated window. */
const inWindow = aCrowd("in-window", 2);
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
  await world.introduce([...known, ...optedOut, ...blocked, ...inWindow, ...open, ...lost]);
});
afterAll(async () => {
  if (materializer) process.kill(materializer.pid, "SIGCONT");
  await world?.close();
});

function hashOf(email: string | null): string {
  return world.platform.hasher.hash("EMAIL", email ?? "");
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

function emailDecisions(crowd: readonly { readonly userId: string }[]) {
  const ids = new Set(crowd.map(({ userId }) => userId));
  return world.watch.of("comms.decisions").filter(({ channel, user_id }) => channel === "EMAIL" && ids.has(user_id));
}

/** The stages that write to people by what the views say: each has a watch of its own. */
const asking = ["router", ...sendChannels.map((channel) => `${channel}-sender`)].filter((stage) =>
  stages.some((one) => one === stage),
);
const notAsking = stages.filter((stage) => stage !== "materializer" && !asking.includes(stage));

async function readyOf(names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const ready = names.map(async (stage) => [stage, await metric(rest, "comms_stage_ready", { stage })] as const);
  return Object.fromEntries(await Promise.all(ready));
}

const each = (names: readonly string[], value: number) => Object.fromEntries(names.map((name) => [name, value]));

async function untilAged(seconds: number): Promise<void> {
  const isOlder = async () => (await metric(rest, "comms_view_age_seconds", { view: "suppression" })) > seconds;
  await eventually(isOlder, `the view to be older than ${seconds} s`, (seconds + 30) * 1_000);
}

describe("a materializer that stands still", () => {
  test("leaves a known legal block in force, and the stated window to a critical mail for what is not known yet", async () => {
    await world.write(known.map((one) => suppressionOf(world, one, "LEGAL")));
    await untilSuppressed(world, known);
    process.kill(materializer.pid, "SIGSTOP");
    await world.write([...blocked, ...inWindow].map((one) => suppressionOf(world, one, "LEGAL")));
    await world.produceEvents(...receipts(known), ...receipts(inWindow));
    await eventually(
      async () => (await mailedTo(inWindow)) === inWindow.length,
      "the critical mails inside the window",
      criticalSeconds * 1_000,
    );
    await eventually(
      () =>
        known.every(({ userId }) => emailDecisions([{ userId }]).some(({ reason }) => reason === "COMMS_BLOCKLISTED")),
      "the known blocks to decide",
      criticalSeconds * 1_000,
    );
    expect(await mailedTo(known)).toBe(0);
  }, 90_000);

  test("lets nobody be written to on what the views said before, critical or not; and the probe of each stage says so", async () => {
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

    await world.write(optedOut.map((one) => suppressionOf(world, one)));
    await vi.waitFor(async () => expect(await readyOf(asking)).toEqual(each(asking, 0)), 30_000);
    expect(await readyOf(notAsking)).toEqual(each(notAsking, 1));
    expect(await isReady(rest)).toBe(false);
    await world.produceEvents(...bookings(optedOut), ...bookings(open));
    await eventually(
      async () => emailDecisions(open).filter(({ reason }) => reason === "COMMS_STATE_STALE").length >= open.length,
      "the bookings to be held",
      20_000,
    );
    await untilAged(criticalSeconds);
    await world.produceEvents(...receipts(blocked), ...receipts(open));
    await untilAged(awaySeconds);
    expect([await mailedTo(optedOut), await mailedTo(blocked), await mailedTo(open)]).toEqual([0, 0, 0]);
    expect(await readyOf(asking)).toEqual(each(asking, 0));
  }, 180_000);

  test("holds and loses nothing: when it goes on, what may go is sent within seconds, and what may not is dropped", async () => {
    const resumed = Date.now();
    process.kill(materializer.pid, "SIGCONT");
    await eventually(async () => (await mailedTo(open)) === 2 * open.length, "the held mails to be sent", heldMsMax);
    const waitedMs = Date.now() - resumed;
    process.stderr.write(`held mails were sent ${waitedMs} ms after the materializer went on\n`);
    await eventually(async () => isReady(rest), "the stages to be ready", 20_000);
    // The gauge follows the probe by as much as a second.
    await vi.waitFor(async () => expect(await readyOf(asking)).toEqual(each(asking, 1)), 20_000);
    await world.drained();
    expect([await mailedTo(optedOut), await mailedTo(blocked), await mailedTo(known)]).toEqual([0, 0, 0]);
    const reasons = new Set(emailDecisions(blocked).map(({ reason }) => reason));
    expect(reasons).toContain("COMMS_BLOCKLISTED");
    await world.produceEvents(...receipts(inWindow));
    await world.drained();
    expect(await mailedTo(inWindow)).toBe(inWindow.length);
  }, 90_000);
});

describe("a materializer that lives and falls behind", () => {
  test("says so itself, and is ready again when it has caught up", async () => {
    const topics = topicContracts().filter(
      ({ topic, consumers }) => consumers.some((one) => one === "materializer") && readsInGroup("materializer", topic),
    );
    const log = createKafkajsLog({ bootstrap: addresses().kafka.bootstrap, clientId: "holds-partitions" });
    // It takes some of the partitions and applies nothing.
    const holder = await joinGroup(log, {
      groupId: world.prefix + groupOf("materializer"),
      topics: topics.map(({ topic }) => world.prefix + topic),
    });
    await eventually(() => holder.partitions().length > 0, "the partitions to be shared", 30_000);
    const more = aCrowd("behind", 60);
    await produce(world.platform, introduce(more, Date.now()));
    await eventually(
      async () => (await metric(materializer, "comms_stage_ready", { stage: "materializer" })) === 0,
      "the materializer to be unready",
      30_000,
    );
    const answer = await fetch(`${materializer.healthUrl}/readyz`);
    expect([answer.status, (await answer.text()).includes("COMMS_STATE_STALE")]).toEqual([503, true]);
    expect((await fetch(`${materializer.healthUrl}/livez`)).status).toBe(200);
    await log.close();
    await eventually(async () => isReady(materializer), "the materializer to be ready", 30_000);
    await untilKnown(world.platform.views(), more, 20_000);
  }, 120_000);
});

describe("a Redis that comes back from an older snapshot [KV-02]", () => {
  test("is not trusted: nobody is written to who was suppressed since", async () => {
    const before = await mailedTo(open);
    await world.redis.snapshot();
    await world.write(lost.map((one) => suppressionOf(world, one)));
    await untilSuppressed(world, lost);
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

describe("records of people with a field that cannot be read", () => {
  test("hold in all else, an opt-out above all, and are set aside with the field named", async () => {
    const tz = "Pacific Standard Time";
    const misspelt = aPerson("misspelt", { tz });
    const key = personKey("default", misspelt.userId);
    await world.introduce([misspelt]);
    const optOut = { channel: "EMAIL", category: "booking", opted_in: false } as const;
    const preference: Preference = {
      tenant_id: "default",
      user_id: misspelt.userId,
      channels: [optOut],
      quiet_hours: { tz, start_local: "21:00", end_local: "08:00", allow_categories: [] },
      do_not_track: false,
      updated_at: Date.now(),
    };
    const value = world.platform.codec().encode("comms.preferences", preference);
    await world.write([{ topic: `${world.prefix}comms.preferences`, key, value }]);
    const setAside = () => world.watch.records("comms.materializer.dlq").filter((one) => one.key === key);
    await world.watch.until(() => setAside().length === 2, "both records to be set aside", 20_000);
    const reasons = setAside().map(({ record }) => String(record.headers["__connect.errors.exception.message"] ?? ""));
    expect(reasons.join()).toMatch(/'tz' is not a time zone.*'quiet_hours\.tz' is not a time zone/);
    const refs = [{ tenantId: "default", userId: misspelt.userId }];
    const known = { profile: { tz }, preference: { channels: [optOut] } };
    await vi.waitFor(
      async () => expect((await world.platform.views().persons(refs)).value).toMatchObject([known]),
      10_000,
    );
    await world.produceEvents(...bookings([misspelt]), ...receipts([misspelt]));
    await eventually(async () => (await mailedTo([misspelt])) === 1, "the receipt to be sent", 20_000);
    await world.drained();
    expect(emailDecisions([misspelt]).map(({ reason }) => reason)).toContain("COMMS_PREF_BLOCKED");
    expect(await mailedTo([misspelt])).toBe(1);
    expect(await metric(materializer, "comms_set_aside_total", { stage: "materializer" })).toBeGreaterThanOrEqual(2);
  }, 60_000);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory, type EventFactory } from "#cli/demo/event-factory.ts";
import type { Decision, Suppression } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { isSeller, sellerTo } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";

const address = "bounce@simulator.amazonses.com";
let world: World;
let eventFactory: EventFactory;
let suppression: Suppression;

beforeAll(async () => {
  world = await startWorld();
  await world.start(everything);
  eventFactory = createEventFactory("bounce");
  await world.introduce([
    aPerson("gone", { email: address }),
    aPerson("annoyed", { email: "complaint@simulator.amazonses.com" }),
    aPerson("ines"),
  ]);
  await world.produceEvents(eventFactory.booking({ buyer: "gone", seller: sellerTo("gone") }, Date.now()));
  await world.watch.until(
    () => world.watch.of("comms.suppression").length > 0,
    "the bounce to be written down",
    60_000,
  );
  suppression = world.watch.of("comms.suppression")[0] as Suppression;
  await untilSeen(suppression);
});
afterAll(() => world?.close());

/** The entry is on the topic; the gates see it once the view has it too. */
async function untilSeen({ tenant_id, channel, address_hash }: Suppression): Promise<void> {
  const ref = { tenantId: tenant_id, channel, addressHash: address_hash };
  const seen = async () => ((await world.platform.views().suppressions([ref])).value[0]?.length ?? 0) > 0;
  await eventually(seen, "the view to have the suppression", 30_000);
}

async function emailDecision(causeRef: string): Promise<Decision> {
  const decisions = () =>
    world.watch
      .of("comms.decisions")
      .filter((one) => one.cause_ref === causeRef && one.channel === "EMAIL" && !isSeller(one.user_id));
  await world.watch.until(() => decisions().length > 0, "the decision", 30_000);
  return decisions()[0] as Decision;
}

describe("a hard bounce [FBK-01] [FBK-02] [FBK-03] [EML-04] [INT-06] [TST-02]", () => {
  test("comes back by the webhook, and becomes a suppression of the address's keyed hash", () => {
    expect(suppression).toMatchObject({ channel: "EMAIL", reason: "HARD_BOUNCE", origin: "PROVIDER", scope: "all" });
    expect(suppression.address_hash).toBe(world.platform.hasher.hash("EMAIL", address));
    expect(suppression.address_hash).toMatch(/^v1:[a-z0-9-]+:[0-9a-f]{64}$/);
    const { msg_id } = world.watch.of("comms.feedback").find(({ status }) => status === "BOUNCED") ?? {};
    expect(suppression.msg_id).toBe(msg_id);
  });

  test("the message's row says bounced, the suppression has a row of its own [DAT-06]", async () => {
    const row = async () => {
      const { rows } = await world.platform
        .postgres()
        .query<{ status: string }>("select status from comms_message where msg_id = $1", [suppression.msg_id]);
      return rows[0]?.status === "bounced";
    };
    await eventually(row, "the row to say bounced", 30_000);
    const listed = async () =>
      (
        await world.platform
          .postgres()
          .query("select channel, address_hash, reason, origin, scope, lifted_at from comms_suppression")
      ).rows[0];
    expect(await eventually(listed, "the row of the suppression", 30_000)).toEqual({
      channel: "email",
      address_hash: suppression.address_hash,
      reason: "hard_bounce",
      origin: "provider",
      scope: "all",
      lifted_at: null,
    });
  });

  test("the address stands in no record but the profile's [FBK-02]", () => {
    for (const { topic, record } of world.watch.all()) {
      if (topic !== "comms.profiles" && topic !== "comms.provider-events")
        expect(`${topic} ${record.value?.includes(address)}`).toBe(`${topic} false`);
    }
  });
});

describe("the next message to the address [RTR-08] [RTR-09]", () => {
  test("is refused with the reason and what every gate said, and never reaches the provider", async () => {
    const next = eventFactory.booking({ buyer: "gone", seller: sellerTo("gone") }, Date.now());
    await world.produceEvents(next);
    const decision = await emailDecision(next.cause_ref);
    expect(decision).toMatchObject({
      stage: "router",
      verdict: "DROP",
      reason: "COMMS_SUPPRESSED",
      gate: "suppression",
    });
    const noes = decision.trace.filter(({ verdict }) => verdict !== "PASS");
    expect(noes).toMatchObject([{ gate: "suppression", verdict: "DROP", reason: "COMMS_SUPPRESSED" }]);
    await world.drained();
    expect(await world.ledger({ recipient: address })).toHaveLength(1);
    const { rows } = await world.platform
      .postgres()
      .query("select status, reason from comms_message where msg_id = $1", [decision.msg_id]);
    expect(rows).toEqual([{ status: "suppressed", reason: "COMMS_SUPPRESSED" }]);
  });

  test("is refused even where it is critical: the address does not exist", async () => {
    const code = eventFactory.code("gone", Date.now());
    await world.produceEvents(code);
    expect(await emailDecision(code.cause_ref)).toMatchObject({
      critical: true,
      verdict: "DROP",
      reason: "COMMS_SUPPRESSED",
    });
  });

  test("while others are written to as before", async () => {
    await world.produceEvents(eventFactory.booking({ buyer: "ines", seller: sellerTo("ines") }, Date.now()));
    await eventually(
      async () => (await world.ledger({ recipient: "ines@example.com" })).length === 1,
      "the mail to another",
      30_000,
    );
  });
});

describe("a complaint [FBK-02] [FBK-03]", () => {
  test("stops what is not critical, and lets a security code through", async () => {
    await world.produceEvents(eventFactory.booking({ buyer: "annoyed", seller: sellerTo("annoyed") }, Date.now()));
    const complaint = () => world.watch.of("comms.suppression").find(({ reason }) => reason === "COMPLAINT");
    await world.watch.until(() => complaint() !== undefined, "the complaint to be written down", 30_000);
    await untilSeen(complaint() as Suppression);
    const [booking, code] = [
      eventFactory.booking({ buyer: "annoyed", seller: sellerTo("annoyed") }, Date.now()),
      eventFactory.code("annoyed", Date.now()),
    ];
    await world.produceEvents(booking, code);
    expect(await emailDecision(booking.cause_ref)).toMatchObject({ verdict: "DROP", reason: "COMMS_SUPPRESSED" });
    expect(["PASS", "BYPASS"]).toContain((await emailDecision(code.cause_ref)).verdict);
    const row = async () =>
      (
        await world.platform
          .postgres()
          .query<{ status: string }>("select status from comms_message where msg_id = $1", [complaint()?.msg_id])
      ).rows[0]?.status === "complained";
    await eventually(row, "the row to say complained", 30_000);
  });
});

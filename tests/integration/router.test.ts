import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDedupeClaim } from "#processors/router/claims/dedupe.ts";
import { createRouter } from "#processors/router/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Accepted } from "#shared/contracts/records.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { createRebuildableDedupe } from "#shared/state/dedupe/rebuildable-dedupe.ts";
import { createRedisDedupe } from "#shared/state/dedupe/redis-dedupe.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { aConsent, anAccepted, aProfile, aSuppression, aToken, noon } from "#tests/support/policy/records.ts";
import { outputsOf, verdicts, written } from "#tests/support/policy/router.ts";
import { connectRedis } from "#tests/support/redis.ts";

const server = connectRedis();
const hasher = createAddressHasher({
  current: "k2",
  peppers: { k1: "pepper-of-last-year", k2: "pepper-of-this-year" },
});
const states = [...createRebuildableViews(server), createRebuildableDedupe(server)];
let codec: ReturnType<typeof createCodec>;

/** Lays a record where the materializer would. */
async function lay(topic: TopicName, key: string, value: object): Promise<void> {
  const state = states.find(({ topics }) => topics.includes(topic));
  const origin = { topic, partition: 0, offset: 1, key: Buffer.from(key), value: null, headers: {}, timestamp: noon };
  await state?.apply([{ topic, value, origin }], noon);
}

async function trust(): Promise<void> {
  const marker = JSON.stringify({ epoch: "e1", as_of: Date.now() });
  for (const { name } of states) await server.redis.set(server.keys.marker(name), marker);
}

function route() {
  const dedupe = createRedisDedupe(server);
  const router = createRouter({
    views: createViews(server),
    viewAgeMsMax: 5_000,
    claims: [createDedupeClaim(dedupe)],
    dedupe,
    hasher,
    templates: { active: () => ({ version: 1, locales: ["en-US"] }), version: () => undefined },
    encode: (topic, value) => codec.encode(topic, value),
  });
  return async (value: Accepted, now = noon): Promise<Outcome> => {
    const record = { value, topic: "comms.accepted", origin: { headers: {} } } as DecodedRecord<Accepted>;
    const [facts] = await router.gather([record], now);
    return router.decide(record, facts as never, now) as Outcome;
  };
}

beforeAll(async () => {
  const registry = createMemoryRegistry();
  codec = createCodec({ registry, prefix: "" });
  await registry.register(subjectOf("", "comms.accepted"), schemaOfTopic("comms.accepted"));
  await codec.warm(["comms.accepted"]);
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.wipe();
  await lay("comms.profiles", "default/usr_buyer", aProfile());
  await lay("comms.consents", "default/usr_buyer/SMS/booking", aConsent("SMS", "booking"));
  await lay("comms.consents", "default/usr_buyer/PUSH/*", aConsent("PUSH", "*"));
  await lay("comms.tokens", "default/token-1", aToken());
  await trust();
});

describe("router over the views in Redis [RTR-03] [INT-04] [INT-05] [KV-02]", () => {
  test("given a person on every channel, a booking is routed four times under keyed hashes", async () => {
    const outcome = await route()(anAccepted());
    expect(verdicts(outcome)).toEqual(["EMAIL PASS", "PUSH PASS", "SMS PASS", "INAPP PASS"]);
    expect(written(outcome, "comms.routed")[0]?.address_hash).toBe(hasher.hash("EMAIL", "ines@example.com"));
  });

  test.each(["k1", "k2"])("given a bounce under pepper %s, the next message to the address is refused", async (kid) => {
    const hash = hasher.hashes("EMAIL", "ines@example.com").find((each) => each.includes(kid)) ?? "";
    await lay(
      "comms.suppression",
      `default/EMAIL/${hash}/HARD_BOUNCE/PROVIDER/all`,
      aSuppression({ address_hash: hash }),
    );
    const outcome = await route()(anAccepted({ channels: ["EMAIL", "INAPP"] }));
    expect(verdicts(outcome)).toEqual(["EMAIL DROP COMMS_SUPPRESSED", "INAPP PASS"]);
  });

  test("given the same event three times, the same outputs; given another that says the same, a drop", async () => {
    const run = route();
    const email = anAccepted({ channels: ["EMAIL"] });
    const first = await run(email);
    expect([await run(email), await run(email)]).toEqual([first, first]);
    expect(verdicts(await run({ ...email, cause_ref: "again" }))).toEqual(["EMAIL DROP COMMS_DEDUPED"]);
  });

  test("given Redis wiped, it decides nothing until all is restored, and then as before", async () => {
    const run = route();
    const email = anAccepted({ channels: ["EMAIL"] });
    const first = await run(email);
    await server.wipe();
    await expect(run(email)).rejects.toMatchObject({ code: "COMMS_STATE_STALE", retryable: true });

    await lay("comms.profiles", "default/usr_buyer", aProfile());
    const [decision] = outputsOf(first).filter(({ topic }) => topic === "comms.decisions");
    await lay("comms.decisions", "default/usr_buyer", (decision as { value: object }).value);
    await trust();
    expect(await run(email)).toEqual(first);
    expect(verdicts(await run({ ...email, cause_ref: "again" }))).toEqual(["EMAIL DROP COMMS_DEDUPED"]);
  });

  test("given quiet hours, what lies on the schedule is the record that comes back, framed for its topic", async () => {
    const outcome = await route()(anAccepted({ channels: ["EMAIL"] }), Date.UTC(2026, 10, 23, 3));
    const [item] = written(outcome, "comms.schedule");
    const back = codec.decode("comms.accepted", item?.payload as Buffer) as Accepted;
    expect(back).toMatchObject({
      ...anAccepted(),
      accepted_id: back.accepted_id,
      msg_id: item?.msg_id,
      channels: ["EMAIL"],
      round: 1,
      template_version: 1,
      recorded_at: back.recorded_at,
      causation_id: back.causation_id,
    });
    expect(verdicts(await route()(back, item?.due_at))).toEqual(["EMAIL PASS"]);
  });
});

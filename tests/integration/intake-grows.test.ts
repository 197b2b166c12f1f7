import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { assemble } from "#processors/intake/main.ts";
import { createTopicAdmin, type TopicAdmin } from "#shared/platform/kafka/topic-admin.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { addresses } from "#tests/support/addresses.ts";
import { createTestPlatform, recordsOf, startStage, type TestPlatform } from "#tests/support/platform.ts";

/** From the growth to the last event accepted, ms. */
const seenMsMax = 10_000;
const crashes: unknown[] = [];

let bench: TestPlatform;
let admin: TopicAdmin;
let intake: Shell;

beforeAll(async () => {
  bench = await createTestPlatform();
  admin = createTopicAdmin({ bootstrap: addresses().kafka.bootstrap, clientId: "intake-grows-test" });
  intake = await startStage(bench.platform, await assemble(bench.platform), (error) => crashes.push(error));
});
afterAll(async () => {
  await intake?.stop(2_000);
  await admin?.close();
  await bench?.close();
  expect(crashes).toEqual([]);
});

test("two partitions come to comms.events while intake runs: ten events in them are accepted within ten seconds", async () => {
  const { platform } = bench;
  const topic = `${platform.prefix}comms.events`;
  const eventFactory = createEventFactory("grown");
  const producer = await platform.log().producer();
  const write = (userIds: readonly string[], partition: (at: number) => number) =>
    producer.send(
      userIds.map((userId, at) => {
        const event = eventFactory.receipt(userId, Date.now());
        const value = platform.codec().encode("comms.events", event);
        return { topic, key: `default/${event.cause_ref}`, value, partition: partition(at) };
      }),
    );
  const accepted = async () => new Set((await recordsOf(platform, "comms.accepted")).map(({ value }) => value.user_id));
  await write(["before"], () => 0);
  await vi.waitFor(async () => expect(await accepted()).toContain("before"), 30_000);

  const before = (await admin.topic(topic))?.partitions ?? 0;
  await admin.grow(topic, before + 2);
  const grown = Date.now();
  const leftMs = () => grown + seenMsMax - Date.now();
  const people = Array.from({ length: 10 }, (_, at) => `after-${at}`);
  // The producer learns of the partitions, too; until then it refuses them.
  await vi.waitFor(() => write(people, (at) => before + (at % 2)), { timeout: leftMs(), interval: 200 });
  await vi.waitFor(async () => expect([...(await accepted())]).toEqual(expect.arrayContaining(people)), {
    timeout: leftMs(),
    interval: 200,
  });
  process.stderr.write(`ten events in new partitions are accepted ${Date.now() - grown} ms after these came\n`);
  await producer.close();
}, 60_000);

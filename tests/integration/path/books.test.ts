import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Event } from "#shared/contracts/records.ts";
import { groupOf, type Stage, type TopicName } from "#shared/contracts/topics.ts";
import { accounts } from "#shared/domain/books/balance.ts";
import { hopOf } from "#shared/domain/books/hops.ts";
import { environmentWith } from "#shared/platform/config/environment.ts";
import type { Books } from "#shared/state/books/read-books.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { resetGroups } from "#tests/support/world/reset-group.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

/** The stages that are robbed of a record, each of its own: one that decides and one that calls. `audit.test.ts` has all of them. */
const robbed = ["router", "email-sender"] as const;
/** A skip is named within this time. */
const namedMs = 60_000;
const root = fileURLToPath(new URL("../../../", import.meta.url));
const anna = aPerson("anna");
const events = createEventFactory("books");

let world: World;
let others: WorldChild;
let path: WorldChild;

beforeAll(async () => {
  world = await startWorld({ watch: false });
  others = await world.start(allBut(...robbed));
  path = await world.start(robbed);
  await world.introduce([anna]);
  await world.produceEvents(code(), code());
  await world.drained();
  await eventually(async () => (await status()).books.auditedAt !== null, "a first look through the books", namedMs);
}, 180_000);
afterAll(() => world?.close());

/** One mail, and no other message. */
function code(): Event {
  return events.code(anna.userId, Date.now());
}

interface StatusAnswer {
  readonly code: number | null;
  readonly books: Books;
}

/** What `comms status` answers. */
async function status(): Promise<StatusAnswer> {
  const { code, stdout } = await comms("status", "--format", "json");
  return { code, books: (JSON.parse(stdout) as { books: Books }).books };
}

function comms(...args: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; stdout: string }>();
  const options = { cwd: root, env: environmentWith(world.env) };
  const child = execFile(`${root}bin/comms`, args, options, (_error, stdout) =>
    resolve({ code: child.exitCode, stdout }),
  );
  return promise;
}

/** The first record that a group has not read. */
async function unreadOf(stage: Stage) {
  const topics = hopOf(stage).topics.map((topic) => world.prefix + topic);
  const committed = await world.platform.log().committed(world.prefix + groupOf(stage), topics);
  const ends = await world.platform.log().offsets(topics);
  return ends.flatMap(({ topic, partition, low, high }) => {
    const at = committed.find((one) => one.topic === topic && one.partition === partition)?.offset ?? -1;
    const offset = Math.max(at, low);
    return offset < high ? [{ topic: topic.slice(world.prefix.length) as TopicName, partition, offset }] : [];
  })[0];
}

async function sentMails(): Promise<number> {
  return (await world.ledger({ channel: "email" })).length;
}

/** A mail of which this stage is robbed: its offset is moved past the one record that it has not read. */
async function rob(stage: Stage) {
  await path.stop(30_000);
  path = await world.start(robbed.filter((one) => one !== stage));
  await world.produceEvents(code());
  const place = await eventually(() => unreadOf(stage), `a record that ${stage} has not read`, 30_000);
  const topic = `${world.prefix}${place.topic}:${place.partition}`;
  resetGroups([world.prefix + groupOf(stage)], "--to-offset", String(place.offset + 1), "--topic", topic);
  await path.stop(30_000);
  path = await world.start(robbed);
  return place;
}

/** The ids of the record that lies there. */
async function idsAt({ topic, partition, offset }: NonNullable<Awaited<ReturnType<typeof unreadOf>>>) {
  for await (const run of world.platform.log().readToEnd([world.prefix + topic])) {
    const record = run.find((one) => one.partition === partition && one.offset === offset);
    if (record?.value) return Object.values(world.platform.codec().decode(topic, record.value) as object);
  }
  return [];
}

describe("a record that a group is moved past with Kafka's own tool is named within a minute", () => {
  test.each(robbed)(
    "where %s is moved past it, and goes once it is handled after all",
    { timeout: 300_000 },
    async (stage) => {
      const before = await sentMails();
      const place = await rob(stage);
      const found = await eventually(
        async () => {
          const answer = await status();
          return answer.books.remainder > 0 && answer;
        },
        "comms status to name what is missing",
        { ms: namedMs, pollMs: 1_000 },
      );
      expect(found.code).toBe(1);
      expect(found.books.remainder).toBe(1);
      const [missing] = found.books.missing;
      expect(missing).toMatchObject({ group: groupOf(stage), ...place, tenantId: "default" });
      expect(await idsAt(place)).toContain(missing?.id);
      const { stdout } = await comms("status");
      const named = stdout.split("\n").find((line) => line.includes(missing?.id ?? "-"));
      expect(named?.split(/\s+/).slice(0, 4)).toEqual([
        groupOf(stage),
        place.topic,
        `${place.partition}`,
        `${place.offset}`,
      ]);
      const labels = { group: groupOf(stage), topic: place.topic };
      expect(await metric(others, "comms_ledger_remainder", labels)).toBe(1);
      for (const line of found.books.balances) {
        expect(accounts.reduce((sum, account) => sum + line[account], line.remainder)).toBe(line.accepted);
      }
      expect(await sentMails()).toBe(before);

      await path.stop(30_000);
      const topic = `${world.prefix}${place.topic}:${place.partition}`;
      resetGroups([world.prefix + groupOf(stage)], "--to-offset", String(place.offset), "--topic", topic);
      path = await world.start(robbed);
      await eventually(async () => (await status()).code === 0, "nothing to be missing", {
        ms: namedMs,
        pollMs: 1_000,
      });
      expect(await sentMails()).toBe(before + 1);
    },
  );

  test("and the books have every message once", async () => {
    await world.drained();
    const { books } = await status();
    const { rows } = await world.platform
      .postgres()
      .query<{ n: number }>("select count(*)::int as n from comms_message");
    expect(books.balances.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(rows[0]?.n);
    expect(books.balances.reduce((sum, { sent }) => sum + sent, 0)).toBe(await sentMails());
    expect(await sentMails()).toBe(2 + robbed.length);
  });
});

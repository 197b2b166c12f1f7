import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { startWatch } from "#cli/demo/watch.ts";
import { addresses } from "#tests/support/addresses.ts";
import { seriesFromStart } from "#tests/support/alert-rules.ts";
import { blocksOf, filledIn } from "#tests/support/page-blocks.ts";
import { untilDrained } from "#tests/support/world/drained.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const eventFactory = createEventFactory("living");
let world: World;

beforeAll(async () => {
  world = await startWorld({ watch: false });
}, 60_000);
afterAll(() => world?.close());

describe("a process that is fresh", () => {
  test("shows at 0 every series that the tests of the alert rules take to be there before its first event", async () => {
    const all = await world.start(everything);
    const text = await (await fetch(`${all.healthUrl}/metrics`)).text();
    const lines = text.split("\n");
    const isAtZero = ({ name, labels }: (typeof seriesFromStart)[number]) =>
      lines.some(
        (line) =>
          line.startsWith(`${name}{`) &&
          line.endsWith(" 0") &&
          Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)),
      );
    expect(seriesFromStart.length).toBeGreaterThan(8);
    expect(seriesFromStart.filter((series) => !isAtZero(series))).toEqual([]);
    await all.stop();
  }, 120_000);
});

describe("a gateway whose intake is not there", () => {
  let gateway: WorldChild;

  test("tells how old the oldest event is that nobody has read", async () => {
    gateway = await world.start(["gateway"]);
    await world.produceEvents(eventFactory.receipt("usr_unread", Date.now()));
    const lag = (name: "comms_consumer_lag_seconds" | "comms_consumer_lag_records") =>
      metric(gateway, name, { group: "comms.intake", topic: "comms.events" });
    await eventually(async () => (await lag("comms_consumer_lag_seconds")) > 0, "the age of what is unread", 45_000);
    expect(await lag("comms_consumer_lag_records")).toBe(1);
  }, 60_000);

  test("opens its door through a kill and a start of intake under load: no event is answered with 503", async () => {
    const intake = await world.start(["intake"]);
    const statuses = new Map<number, number>();
    const loading = new AbortController();
    const load = Promise.all(Array.from({ length: 4 }, (_, client) => post(client, statuses, loading.signal)));
    await eventually(async () => (statuses.get(202) ?? 0) > 50, "events to be taken", 10_000);
    await intake.kill();
    const before = statuses.get(202) ?? 0;
    await world.start(["intake"]);
    await eventually(async () => (statuses.get(202) ?? 0) > before + 200, "events to be taken meanwhile", 60_000);
    loading.abort();
    await load;
    process.stderr.write(`answers over a kill of intake: ${JSON.stringify(Object.fromEntries(statuses))}\n`);
    expect([...statuses.keys()]).toEqual([202]);
    await untilDrained({ log: world.platform.log(), prefix: world.prefix }, ["intake"], 30_000);
  }, 120_000);
});

describe("what pages show to type", () => {
  test("the front page's curl produces its event", async () => {
    const [block = ""] = blocksOf("README.md", "sh").filter((one) => one.includes("event.json"));
    const script = filledIn(block, { "http://127.0.0.1:30335": world.gatewayUrl, "carillon_…": await world.apiKey() });
    const { status, stdout } = spawnSync("sh", ["-ec", script], { cwd: world.folder, encoding: "utf8" });
    expect([status, JSON.parse(stdout)]).toEqual([0, { event_id: expect.any(String) }]);
  });

  test("Kafka's own tools, from the cache, list topics and describe a group", () => {
    const [block = ""] = blocksOf("docs/stack.md", "sh").filter((one) => one.includes("java -cp"));
    const broker = addresses().kafka.bootstrap;
    const script = filledIn(block, { $COMMS_BOOTSTRAP_SERVERS: broker, "comms.router": `${world.prefix}comms.intake` });
    const { status, stdout, stderr } = spawnSync("sh", ["-ec", script], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    expect(stdout).toContain(`${world.prefix}comms.decisions\n`);
    expect(stdout).toMatch(new RegExp(`${world.prefix}comms.intake +${world.prefix}comms.events +0 `));
  }, 60_000);
});

describe("the watch of a demo", () => {
  test("leaves no consumer group behind, its own or that of a demo that was killed", async () => {
    const groups = () => world.platform.log().groups(`${world.prefix}comms.demo.`);
    const killed = await world.platform.log().consumer({
      groupId: `${world.prefix}comms.demo.killed`,
      topics: [`${world.prefix}comms.decisions`],
    });
    const joined = Promise.withResolvers<void>();
    const ignore = { revoking: () => {}, crashed: joined.reject, records: () => {} };
    await killed.start({ ...ignore, assigned: () => joined.resolve() });
    await joined.promise;
    const members = async (count: number) =>
      expect.poll(async () => [...(await groups())]).toEqual([[`${world.prefix}comms.demo.killed`, count]]);
    await members(1);
    await killed.close();
    await members(0);
    const watch = await startWatch(world.platform, "now", () => {});
    expect([...(await groups()).keys()]).toEqual([`${world.prefix}comms.demo.now`]);
    await watch.close();
    expect([...(await groups()).keys()]).toEqual([]);
  }, 60_000);
});

/** Posts one event after the other, some twenty a second, until the signal aborts. */
async function post(client: number, statuses: Map<number, number>, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const event = {
      name: "security.code_requested",
      cause_ref: `load-${client}-${n}`,
      occurred_at: new Date().toISOString(),
      actors: [{ role: "user", user_id: `usr_${client}` }],
      payload: { request_id: `load-${client}-${n}`, code: "402913", minutes_valid: 10 },
    };
    const headers = { "content-type": "application/json", authorization: `Bearer ${await world.apiKey()}` };
    const { status } = await fetch(`${world.gatewayUrl}/v1/events`, {
      method: "POST",
      headers,
      body: JSON.stringify(event),
    });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

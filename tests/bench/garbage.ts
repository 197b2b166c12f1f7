import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Accepted } from "#shared/contracts/records.ts";
import { deadLetterTopic } from "#shared/contracts/topics.ts";
import { lagOf } from "#tests/support/world/drained.ts";
import { startWorld, type World } from "#tests/support/world.ts";
import { figure, heading, percentile, spread } from "./figures.ts";

const records = 10_000;
const perSecond = 250;
const tickMs = 20;

/** 10,000 records of garbage among 10,000 good ones on `comms.events`: what the good ones wait for intake, alone and among it. */
export async function benchGarbage(): Promise<void> {
  heading(`${records} events at ${perSecond} a second through intake, alone and among as many records of garbage`);
  const world = await startWorld({ watch: false });
  try {
    const intake = await world.start(["intake"]);
    const health = watchHealth(intake.healthUrl);
    await run(world, "warm", { count: 2_000, garbage: true });
    const alone = await run(world, "alone", { count: records, garbage: false });
    figure("good ones, alone", spread(alone.waits));
    const among = await run(world, "among", { count: records, garbage: true });
    figure("good ones, among garbage", spread(among.waits));
    const [before, after] = [percentile(alone.waits, 0.99), percentile(among.waits, 0.99)];
    figure("p99, among garbage against alone", `${(((after - before) / before) * 100).toFixed(1)} %`);
    figure("good ones lost", `${records - alone.waits.length}, ${records - among.waits.length}`);
    const whole = await setAside(world, "among");
    figure("garbage set aside with its bytes", `${whole} of ${records}`);
    figure("looks at /readyz and /livez, not ok", `${health.looks}, ${health.failures}`);
    health.stop();
  } finally {
    await world.close();
  }
}

interface Feed {
  readonly count: number;
  readonly garbage: boolean;
}

/** Feeds at an even rate, and waits until the good ones are accepted. */
async function run(
  world: World,
  name: string,
  { count, garbage }: Feed,
): Promise<{ readonly waits: readonly number[] }> {
  const { platform, prefix } = world;
  const factory = createEventFactory(name);
  const producedAt = new Map<string, number>();
  const began = Date.now();
  const producer = await platform.log().producer();
  const topic = `${prefix}comms.events`;
  const sends: Promise<unknown>[] = [];
  for (let done = 0; done < count; await sleep(tickMs)) {
    const upTo = Math.min(count, Math.floor(((Date.now() - began) * perSecond) / 1000));
    const batch: OutRecord[] = [];
    for (; done < upTo; done++) {
      const event = factory.promotion(`u-${done % 500}`, Date.now());
      producedAt.set(event.cause_ref, Date.now());
      const key = `default/${event.cause_ref}`;
      batch.push({ topic, key, value: platform.codec().encode("comms.events", event) });
      if (garbage) batch.push({ topic, key, value: garbageOf(name, done) });
    }
    if (batch.length > 0) sends.push(producer.send(batch));
  }
  await Promise.all(sends);
  await producer.close();
  while ((await lagOf(platform.log(), prefix, "intake")) > 0) await sleep(200);
  return { waits: await waitsOf(world, producedAt) };
}

/** Plain JSON, as a producer without a serializer writes it. */
function garbageOf(name: string, n: number): Buffer {
  return Buffer.from(JSON.stringify({ name: `${name}-${n}`, actors: [] }));
}

/** From the produce of each event to the timestamp of its accepted record. */
async function waitsOf(
  { platform, prefix }: World,
  producedAt: ReadonlyMap<string, number>,
): Promise<readonly number[]> {
  const waits = new Map<string, number>();
  const topics = ["comms.accepted", "comms.accepted.bulk"].map((topic) => prefix + topic);
  for await (const run of platform.log().readToEnd(topics)) {
    for (const { value, timestamp } of run) {
      if (value === null) continue;
      const { cause_ref } = platform.codec().decode("comms.accepted", value) as Accepted;
      const at = producedAt.get(cause_ref);
      if (at !== undefined) waits.set(cause_ref, timestamp - at);
    }
  }
  return [...waits.values()];
}

/** Dead letters whose bytes are those of a record of garbage of this run, each once. */
async function setAside({ platform, prefix }: World, name: string): Promise<number> {
  const wanted = new Set(Array.from({ length: records }, (_, n) => garbageOf(name, n).toString()));
  for await (const letters of platform.log().readToEnd([prefix + deadLetterTopic("intake")])) {
    for (const { value } of letters) wanted.delete(String(value));
  }
  return records - wanted.size;
}

/** Looks at the probes twice a second. */
function watchHealth(url: string) {
  const seen = { looks: 0, failures: 0, stop: () => clearInterval(timer) };
  const timer = setInterval(() => {
    for (const path of ["readyz", "livez"]) {
      void fetch(`${url}/${path}`)
        .then((answer) => answer.ok)
        .catch(() => false)
        .then((ok) => {
          seen.looks++;
          if (!ok) seen.failures++;
        });
    }
  }, 500);
  return seen;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { CommandActor } from "#shared/control/command.ts";
import { setFlag } from "#shared/control/flags/flags.ts";
import { runCommand } from "#shared/control/run-command.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import type { World } from "#tests/support/world.ts";
import { type DrainBench, deliveryOf, untilTakenAll, withDrainBench } from "./drain.ts";
import { figure, heading, percentile, spread } from "./figures.ts";
import { feedAtOnce, messagesTo, runName } from "./load.ts";
import type { BenchOptions } from "./options.ts";

const changes = 200;
const apartMs = 100;
/** What a change may take until every stage sees it, at p99, ms. */
const seenMsMax = 1_000;
/** Stops no message: no template has this name. */
const flag = "comms.pause.template.bench_changes";
const actor: CommandActor = { id: "bench", role: "CommsEditor", tenantId: "default" };

/** How soon a change that was committed is on its topic, and in Redis, where every stage sees it. */
export interface ChangesFigures {
  readonly suite: "changes";
  readonly changes: number;
  readonly topic_p50_ms: number;
  readonly topic_p99_ms: number;
  readonly redis_p50_ms: number;
  readonly redis_p99_ms: number;
  /** Whether 99 of 100 changes were in Redis within a second. */
  readonly met: boolean;
  readonly lost: number;
  readonly twice: number;
}

/** Sets a flag again and again, by the command of `shared/control`; with a count, while so many mails drain. */
export async function benchChanges(options: BenchOptions): Promise<ChangesFigures> {
  heading(`${changes} changes, ${apartMs} ms apart${options.count ? `, while ${options.count} mails drain` : ""}`);
  return withDrainBench(options, async (bench) => {
    const began = Date.now();
    const load = await backlog(bench, options.count ?? 0);
    const seen: number[] = [];
    for (let at = 0; at < changes; at++) {
      seen.push(await changeOnce(bench.world, at % 2 === 0));
      await sleep(apartMs);
    }
    const carried = await relayWaits(bench.world);
    const { lost, twice } = load === undefined ? { lost: 0, twice: 0 } : await ended(bench, load, began);
    figure("committed → on its topic", spread(carried));
    figure("committed → in Redis", spread(seen));
    const at = (values: readonly number[], share: number) => Math.round(percentile(values, share));
    return {
      suite: "changes",
      changes,
      topic_p50_ms: at(carried, 0.5),
      topic_p99_ms: at(carried, 0.99),
      redis_p50_ms: at(seen, 0.5),
      redis_p99_ms: at(seen, 0.99),
      met: at(seen, 0.99) <= seenMsMax,
      lost,
      twice,
    };
  });
}

type Load = Awaited<ReturnType<typeof feedAtOnce>>;

async function backlog({ world, crowd }: DrainBench, count: number): Promise<Load | undefined> {
  return count === 0 ? undefined : feedAtOnce(world, messagesTo(crowd, "email", runName("x")), { count });
}

async function ended(bench: DrainBench, load: Load, began: number) {
  await untilTakenAll(bench, load);
  return deliveryOf(load, bench.tail, began);
}

/** How long the change took from its commit until the view in Redis has it, ms. */
async function changeOnce({ platform }: World, value: boolean): Promise<number> {
  const clients = { pool: platform.postgres(), codec: platform.codec(), clock: platform.clock };
  const outcome = await runCommand(clients, setFlag, { actor, input: { name: flag, value }, reason: "a bench" });
  const committedAt = Date.now();
  if (outcome.kind !== "done") throw new Error(`The change was ${outcome.kind}`);
  const isSeen = async () => {
    const { value: flags } = await platform.views().flags();
    return [...flags.values()].some((one) => one.name === flag && one.updated_at === outcome.result.updatedAt);
  };
  await eventually(isSeen, "the change in Redis", { ms: 30_000, pollMs: 2 });
  return Date.now() - committedAt;
}

/** How long each change waited for its topic, by the database's clock, ms. */
async function relayWaits({ platform }: World): Promise<readonly number[]> {
  const { rows } = await platform
    .postgres()
    .query<{ ms: number }>(
      "select (extract(epoch from relayed_at - created_at) * 1000)::float8 as ms from comms_outbox where relayed_at is not null",
    );
  return rows.map(({ ms }) => ms);
}

import { startWorld, type World } from "#tests/support/world.ts";
import { meet } from "./crowd.ts";
import { figure, heading, percentile, spread } from "./figures.ts";
import { layouts } from "./layouts.ts";
import { type Crowd, feedWorld, type Load, untilTaken } from "./load.ts";
import { areMet, type Objectives, objectivesBetween, observedAt, shareDemanded } from "./objectives.ts";
import type { BenchOptions } from "./options.ts";

/** SLO-07: the load under which objectives are judged, events a minute. */
export const eventsPerMinute = 1_000;
const people = 100;
/** Young processes compile, s. */
const warmUpSeconds = 10;

/** A world under the load of SLO-07. */
export interface SloBench {
  readonly world: World;
  readonly crowd: Crowd;
  readonly healthUrls: readonly string[];
}

/** What some time under this load showed. */
export interface SloFigures extends Objectives {
  readonly suite: "slo";
  readonly events: number;
  readonly events_per_minute: number;
  /** How much longer the generator took than it should have, ms: the load was less by so much. */
  readonly late_ms: number;
  /** Whether 95 % of the messages met each objective. */
  readonly met: boolean;
  /** From the event to the provider's call, by the provider's ledger. */
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly lost: number;
  readonly twice: number;
  /** Sent to an address that is suppressed. */
  readonly refused_but_sent: number;
}

/** A thousand events a minute for `MINUTES`, judged by the histograms that an operator's alerts read. */
export async function benchSlo({ layout, minutes }: BenchOptions): Promise<SloFigures> {
  const lasting = Math.min(minutes, 60);
  heading(
    `${eventsPerMinute} events a minute for ${lasting} min, three channels, in ${layouts[layout].length} processes`,
  );
  return withSloBench(
    layouts[layout].map(({ hosts }) => hosts),
    async (bench) => {
      const figures = await sloOver(bench, lasting * 60);
      const percent = (share: number) => `${(share * 100).toFixed(1)} %, at least ${shareDemanded * 100} % wanted`;
      figure("event → queued within 150 ms", percent(figures.queuedInTime));
      figure("queue → provider within 1 s", percent(figures.takenInTime));
      figure(
        "lost, twice, sent to a suppressed address",
        `${figures.lost}, ${figures.twice}, ${figures.refused_but_sent}`,
      );
      return figures;
    },
  );
}

/** Starts so many processes and a crowd, and warms them up; ends all of it after the work. */
export async function withSloBench<T>(
  processes: readonly (readonly string[])[],
  work: (bench: SloBench) => Promise<T>,
): Promise<T> {
  const world = await startWorld({ watch: false, doubleApart: true });
  try {
    const children = await Promise.all(processes.map((hosts) => world.start(hosts)));
    const bench = { world, crowd: await meet(world, people), healthUrls: children.map(({ healthUrl }) => healthUrl) };
    await feedAndWait(bench, warmUpSeconds);
    return await work(bench);
  } finally {
    await world.close();
  }
}

/** Feeds for so many seconds, waits for the last message, and judges. */
export async function sloOver(bench: SloBench, seconds: number): Promise<SloFigures> {
  const before = await observedAt(bench.healthUrls);
  const { load, taken } = await feedAndWait(bench, seconds);
  const objectives = objectivesBetween(before, await observedAt(bench.healthUrls));
  const first = new Map<string, number>();
  for (const { msg_id: id = "", time_ms: at } of taken) first.set(id, Math.min(at, first.get(id) ?? at));
  const waits = [...load.due].flatMap(([id, producedAt]) => {
    const at = first.get(id);
    return at === undefined ? [] : [at - producedAt];
  });
  figure("event → provider", spread(waits));
  const at = (share: number) => Math.round(percentile(waits, share));
  return {
    suite: "slo",
    events: load.records,
    events_per_minute: eventsPerMinute,
    late_ms: load.lateMs,
    ...objectives,
    met: areMet(objectives),
    p50_ms: at(0.5),
    p95_ms: at(0.95),
    p99_ms: at(0.99),
    ...wrongsOf(
      load,
      taken.map(({ msg_id: id = "" }) => id),
    ),
  };
}

async function feedAndWait({ world, crowd }: SloBench, seconds: number) {
  const since = Date.now();
  const load = await feedWorld(world, crowd, { perSecond: eventsPerMinute / 60, seconds });
  return { load, taken: await untilTaken(world, load, since) };
}

function wrongsOf(load: Load, taken: readonly string[]): Pick<SloFigures, "lost" | "twice" | "refused_but_sent"> {
  const sent = new Set(taken);
  return {
    lost: [...load.due.keys()].filter((id) => !sent.has(id)).length,
    twice: taken.length - sent.size,
    refused_but_sent: [...load.refused].filter((id) => sent.has(id)).length,
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { stages } from "#shared/contracts/topics.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import { startWorld, type World } from "#tests/support/world.ts";
import { cpuMicros, familyCpuMicros, residentMb } from "./cpu.ts";
import { meet } from "./crowd.ts";
import { figure, heading, spread } from "./figures.ts";
import { type Crowd, feedWorld, type Load, type Rate, untilTaken } from "./load.ts";
import { type Observed, objectivesBetween, observedAt } from "./objectives.ts";
import { storePid } from "./stores.ts";

interface Measured {
  readonly name: string;
  /** CPU so far, µs. */
  readonly cpu: () => number;
  /** Resident memory, MB. */
  readonly mb: () => number;
}

interface CpuRun {
  readonly records: number;
  readonly seconds: number;
}

interface Bench {
  readonly world: World;
  readonly crowd: Crowd;
  readonly measured: readonly Measured[];
  /** Where each process answers for its metrics. */
  readonly healthUrls: readonly string[];
}

/** How long after the last event the last message may take before a rate counts as more than the path can carry, ms. */
const keepingUpMs = 3_000;

/** The whole path, every processor in a process of its own, on the checkout's stack. */
export async function benchPath(): Promise<void> {
  await withPath(async (bench) => {
    await idle(bench, 40);
    await warmUp(bench);
    await carry(bench, { perSecond: 20, seconds: 30 });
    await carry(bench, { perSecond: 200, seconds: 60 });
    await untilItFalls(bench);
  });
}

/** The same in a minute and a half, for a look between two changes. */
export async function benchBrief(): Promise<void> {
  await withPath(async (bench) => {
    await warmUp(bench);
    await carry(bench, { perSecond: 20, seconds: 15 });
    await carry(bench, { perSecond: 200, seconds: 20 });
  });
}

async function withPath(work: (bench: Bench) => Promise<void>): Promise<void> {
  const world = await startWorld({ watch: false });
  try {
    const names = [...stages, "gateway"];
    const children = await Promise.all(names.map(async (name) => ({ name, child: await world.start([name]) })));
    const measured = [...children.map(({ name, child }) => measuredProcess(name, child.pid)), ...storesOf(world)];
    await work({
      world,
      measured,
      healthUrls: children.map(({ child }) => child.healthUrl),
      crowd: await meet(world, 200),
    });
  } finally {
    await world.close();
  }
}

/** Thirteen young processes spend their first seconds on compiling; that is start-up, and is measured with the demo. */
async function warmUp(bench: Bench): Promise<void> {
  await carry(bench, { perSecond: 100, seconds: 20 }, "not counted, to warm up: ");
}

/** Goes up in steps until the path falls behind: what has piled up is worked off before the next step begins. */
async function untilItFalls(bench: Bench): Promise<void> {
  let kept = 0;
  for (const perSecond of [60, 80, 100, 125, 150, 200, 250, 300, 400, 500]) {
    if (!(await carry(bench, { perSecond, seconds: 20 }))) {
      figure("keeps up with, falls behind at", `${kept}, ${perSecond} events a second`);
      return;
    }
    kept = perSecond;
  }
  figure("keeps up with", `${kept} events a second, and was not tried with more`);
}

async function idle({ measured }: Bench, seconds: number): Promise<void> {
  heading(`idle for ${seconds} s, half a minute after the start: CPU of one core, resident memory`);
  await sleep(30_000);
  const before = measured.map((one) => one.cpu());
  await sleep(seconds * 1000);
  for (const [i, one] of measured.entries()) {
    const share = (one.cpu() - (before[i] ?? 0)) / (seconds * 10_000);
    figure(one.name, `${share.toFixed(2)} %   ${Math.round(one.mb())} MB`);
  }
}

/** Feeds at a rate and waits for the end; false when the path could not keep up. */
async function carry(bench: Bench, { perSecond, seconds }: Rate, note = ""): Promise<boolean> {
  const { world, crowd, measured, healthUrls } = bench;
  heading(
    `${note}${perSecond} events a second for ${seconds} s, three channels, 10 % critical, 5 % suppressed, 5 % repeated`,
  );
  const cpuBefore = measured.map((one) => one.cpu());
  const before = await observedAt(healthUrls);
  const began = Date.now();
  const load = await feedWorld(world, crowd, { perSecond, seconds });
  const taken = await untilTaken(world, load, began);
  const used = measured.map((one, i) => one.cpu() - (cpuBefore[i] ?? 0));
  const isWhole = reportMessages(load, taken);
  const after = await observedAt(healthUrls);
  figure("sent again in doubt, by the senders' count", `${after.ambiguous - before.ambiguous}`);
  reportObjectives(before, after);
  const lagMs = Math.max(...taken.map((entry) => entry.time_ms)) - Math.max(...load.due.values());
  figure("last message after the last event", `${lagMs} ms; the generator was ${load.lateMs} ms late`);
  reportCpu(measured, used, { records: load.records, seconds });
  return isWhole && lagMs < keepingUpMs;
}

function reportObjectives(before: Observed, after: Observed): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const { queuedInTime, takenInTime } = objectivesBetween(before, after);
  figure("SLO-01 event → queued within 150 ms", percent(queuedInTime));
  figure("SLO-02 queue → provider within 1 s", percent(takenInTime));
}

/** Whether none was lost, none came twice and nobody got what was refused. */
function reportMessages(load: Load, taken: readonly CallEntry[]): boolean {
  const byMessage = Map.groupBy(taken, (entry) => entry.msg_id ?? "");
  const twice = taken.length - byMessage.size;
  const lost = [...load.due.keys()].filter((id) => !byMessage.has(id)).length;
  const wrong = [...load.refused].filter((id) => byMessage.has(id)).length;
  figure("records, messages due, messages refused", `${load.records}, ${load.due.size}, ${load.refused.size}`);
  figure("by the providers' ledger", `${lost} lost, ${twice} twice, ${wrong} sent to a suppressed address`);
  for (const channel of ["email", "push", "sms"]) {
    figure(
      `event → provider, ${channel}`,
      spread(
        latencies(
          taken.filter((entry) => entry.channel === channel),
          load,
        ),
      ),
    );
  }
  figure("event → provider, all", spread(latencies(taken, load)));
  return lost + twice + wrong === 0;
}

/** Milliseconds from producing the event to the provider's call, for each message. */
function latencies(taken: readonly CallEntry[], load: Load): readonly number[] {
  return taken.flatMap((entry) => {
    const producedAt = load.due.get(entry.msg_id ?? "");
    return producedAt === undefined ? [] : [entry.time_ms - producedAt];
  });
}

/** Prints what each process used, µs, over this many records and seconds. */
function reportCpu(measured: readonly Measured[], used: readonly number[], run: CpuRun): void {
  const { records, seconds } = run;
  for (const [i, one] of measured.entries())
    figure(`CPU of ${one.name}`, `${Math.round((used[i] ?? 0) / records)} µs an event`);
  const total = used.reduce((sum, one) => sum + one, 0);
  figure("resident memory, largest", largest(measured));
  figure("CPU of all", `${Math.round(total / records)} µs an event, ${(total / 1e6 / seconds).toFixed(2)} cores`);
}

/** The processor that holds most; stores and this bench are not ours to count. */
function largest(measured: readonly Measured[]): string {
  const sizes = measured.filter(({ name }) => !name.includes("(")).map(({ name, mb }) => ({ name, mb: mb() }));
  const most = sizes.reduce((a, b) => (b.mb > a.mb ? b : a));
  return `${Math.round(most.mb)} MB, ${most.name}`;
}

function measuredProcess(name: string, pid: number): Measured {
  return { name, cpu: () => cpuMicros(pid), mb: () => residentMb(pid) };
}

function storesOf(world: World): readonly Measured[] {
  const postgres = storePid("postgres");
  return [
    measuredProcess("kafka (store)", storePid("kafka")),
    measuredProcess("registry (store)", storePid("registry")),
    { name: "postgres (store)", cpu: () => familyCpuMicros(postgres), mb: () => residentMb(postgres) },
    measuredProcess("redis (store)", world.redis.pid),
    measuredProcess("generator and providers (this bench)", process.pid),
  ];
}

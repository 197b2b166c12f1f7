import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Event, Rejected } from "#shared/contracts/records.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { createMemoryLog, type MemoryLog } from "#tests/fakes/log/memory-log.ts";
import { killable } from "#tests/support/killable-log.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { seeded } from "#tests/support/seeded.ts";
import { copied, copier, eventOf, eventRecord, memoryCodec, outOfOrder, shellOf } from "#tests/support/shell-bench.ts";

import type { SimulationResult } from "./simulation-result.ts";

const codec = await memoryCodec();
const users = ["anna", "ben", "cora", "dan", "eve"];

interface LifeResult {
  readonly outputs: readonly Rejected[];
  /** The cause of every event that the log accepted. */
  readonly ids: readonly string[];
  /** How often two records of one key were in work at once. */
  readonly overlaps: number;
  readonly crashes: readonly unknown[];
}

/**
 * One life of the system drawn from a seed: two members, records in both lanes, and at each step perhaps a kill, a
 * rebalance, a lost answer, a failed commit, a store that does not answer. At the end everything must be there, in order.
 */
async function life(seed: number): Promise<LifeResult> {
  const random = seeded(seed);
  const clock = createManualClock();
  const log = createMemoryLog({ partitions: 3, clock, random });
  const crew = createCrew({ log, clock, random });
  await crew.join();
  await crew.join();
  const producer = await log.producer();
  let sequence = 0;
  for (let step = 0; step < 40; step++) {
    const records = Array.from({ length: 5 }, () => {
      const user = users[Math.floor(random() * users.length)] as string;
      const lane = random() < 0.3 ? "comms.events.bulk" : "comms.events";
      return eventRecord(codec, eventOf(user, `${lane}/${user}:${sequence++}`), lane);
    });
    // A fault may hit the test's own producer. What is then not in the log was never accepted.
    await Promise.all([producer.send(records).catch(() => undefined), clock.advance(100)]);
    const fault = random() < 0.4 ? crew.faults[Math.floor(random() * crew.faults.length)] : undefined;
    await Promise.all([fault?.(), clock.advance(300)]);
  }
  await clock.advance(60_000);
  const written = log.records("comms.rejected");
  const accepted = [...log.records("comms.events"), ...log.records("comms.events.bulk")];
  return {
    outputs: written.map((record) => codec.decode("comms.rejected", record.value as Buffer) as Rejected),
    ids: accepted.map((record) => (codec.decode("comms.events", record.value as Buffer) as Event).cause_ref),
    overlaps: crew.overlaps(),
    crashes: crew.crashes(),
  };
}

interface CrewParts {
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The members of a group that copy events, and what can go wrong with them. */
function createCrew({ log, clock, random }: CrewParts) {
  const members: { shell: Shell; kill: () => Promise<void>; crashes: unknown[] }[] = [];
  let overlaps = 0;

  const join = async (): Promise<void> => {
    const own = killable(log);
    const keysInWork = new Set<string>();
    const processor = copier({
      gather: async (batch) => {
        if (random() < 0.05) throw new AppError("TEST_AWAY", "The store is away", { retryable: true });
        return batch.map(() => null);
      },
      decide: (record) => (random() < 0.5 ? copied(record) : { kind: "perform", effect: "call" }),
      perform: async (_effect: string, record: DecodedRecord<Event>) => {
        const key = `${record.topic}/${String(record.origin.key)}`;
        if (keysInWork.has(key)) overlaps++;
        keysInWork.add(key);
        await clock.sleep(Math.floor(random() * 50));
        keysInWork.delete(key);
        if (random() < 0.05) throw new AppError("TEST_AWAY", "The provider is away", { retryable: true });
        return copied(record);
      },
    });
    const { shell, crashes } = shellOf({ log: own, codec, clock, random, runnable: { processor } });
    await shell.start();
    members.push({ shell, crashes, kill: own.kill });
  };

  const faults: readonly (() => void | Promise<void>)[] = [
    async () => {
      await members.splice(Math.floor(random() * members.length), 1)[0]?.kill();
      await join();
    },
    async () => {
      await members.shift()?.shell.stop(200);
      await join();
    },
    () => log.faults.rebalance("comms.intake"),
    () => log.faults.failNextSend(random() < 0.5 ? "written" : "unwritten"),
    () => log.faults.failNextCommit(),
  ];
  return { join, faults, overlaps: () => overlaps, crashes: () => members.flatMap((member) => member.crashes) };
}

/** What went wrong in the life of a seed, a sentence each; and how many records it had. */
export async function orderProblems(seed: number): Promise<SimulationResult> {
  const { outputs, ids, overlaps, crashes } = await life(seed);
  const written = new Set(outputs.map((output) => output.cause_ref));
  const lost = new Set(ids).difference(written);
  const invented = written.difference(new Set<string | null>(ids));
  const disorder = outOfOrder(outputs.map((output) => output.cause_ref ?? ""));
  const problems = [
    ...crashes.map((crash) => `a member crashed: ${String(crash)}`),
    ...(ids.length > 150 ? [] : [`only ${ids.length} records`]),
    ...(lost.size > 0 ? [`${lost.size} records lost`] : []),
    ...(invented.size > 0 ? [`${invented.size} outputs of no record`] : []),
    ...(overlaps > 0 ? [`${overlaps} times two of one key at once`] : []),
    ...(disorder.length > 0 ? [`out of order: ${disorder.join(", ")}`] : []),
  ];
  return { problems, cases: ids.length };
}

import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Rejected } from "#shared/contracts/records.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { createMemoryLog, type MemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createMemoryFuses } from "#tests/fakes/memory-fuses.ts";
import { killable } from "#tests/support/killable-log.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { seeded } from "#tests/support/seeded.ts";
import { copied, copier, eventOf, eventRecord, memoryCodec, shellOf } from "#tests/support/shell-bench.ts";
import type { SimulationResult } from "./simulation-result.ts";

const codec = await memoryCodec();
/** An own topic that holds events: what matters is that its records count for the fuse. */
const eventsCodec: typeof codec = { ...codec, decode: (_topic, bytes) => codec.decode("comms.events", bytes) };
const fuse = { inRow: 5, share: 0.5, window: 40 };
/** Records that may be in work beside the one that blows the fuse, in each member. */
const inFlight = 4;
const membersAlive = 2;

/**
 * Two members whose input, drawn from a seed, goes bad for stretches, among kills and rebalances. While the fuse is blown
 * nothing may be taken, by no member that lives or starts; each time it blows only so many dead letters may come; and once
 * the input is good and the fuse is lifted, everything must be there.
 */
export async function fuseProblems(seed: number): Promise<SimulationResult> {
  const random = seeded(seed);
  const clock = createManualClock();
  const log = createMemoryLog({ partitions: 3, clock, random });
  const fuses = createMemoryFuses();
  const members: { shell: Shell; kill: () => Promise<void>; crashes: unknown[] }[] = [];
  const problems: string[] = [];
  let [blows, sequence] = [0, 0];

  const join = async (): Promise<void> => {
    const own = killable(log);
    const runnable = { processor: copier({ inputs: ["comms.accepted"], decide: (record) => copied(record) }) };
    const limits = { fuse, inFlight, batch: 2, batches: 1 };
    const { shell, crashes } = shellOf({ log: own, codec: eventsCodec, clock, random, fuses, limits, runnable });
    await shell.start();
    members.push({ shell, crashes, kill: own.kill });
  };
  const deadLetters = () => log.records("comms.intake.dlq").length;
  const isBlown = () => fuses.fuses.get("intake")?.state === "BLOWN";
  const lift = () =>
    fuses.write({ stage: "intake", state: "LIFTED", cause: "mended", changed_at: clock.now(), changed_by: "test" });

  for (let member = 0; member < membersAlive; member++) await join();
  const producer = await log.producer();
  const good: string[] = [];
  let bad = 0;
  for (let step = 0; step < 30; step++) {
    const isBad = random() < 0.3;
    const records = Array.from({ length: 8 }, (): OutRecord => {
      const ref = `r:${sequence++}`;
      const record = { ...eventRecord(codec, eventOf(`u${sequence % 7}`, ref)), topic: "comms.accepted" };
      if (isBad) bad++;
      else good.push(ref);
      return isBad ? { ...record, value: Buffer.from([1, 2, 3]) } : record;
    });
    const before = { blown: isBlown(), dead: deadLetters() };
    await Promise.all([producer.send(records), clock.advance(200)]);
    const isKilled = random() < 0.2;
    const isRebalanced = !isKilled && random() < 0.2;
    if (isKilled) {
      await members.splice(Math.floor(random() * members.length), 1)[0]?.kill();
      await join();
    }
    if (isRebalanced) log.faults.rebalance("comms.intake");
    await clock.advance(2_000);
    if (before.blown && deadLetters() > before.dead) problems.push(`step ${step}: a blown stage set records aside`);
    if (!before.blown && isBlown()) blows++;
    if (isBlown() && random() < 0.3) {
      await lift();
      await clock.advance(8_000);
      if (isBlown()) blows++;
    }
  }
  // The operator lifts it until all of the bad records have been set aside and all of the good ones are done.
  const lost = () => {
    const written = causesOf(log);
    return good.filter((ref) => !written.has(ref)).length;
  };
  for (let tries = 0; tries < 80 && (isBlown() || lost() > 0 || deadLetters() < bad); tries++) {
    if (isBlown()) await lift();
    await clock.advance(8_000);
  }
  if (lost() > 0) problems.push(`${lost()} good records lost`);
  if (deadLetters() < bad) problems.push(`${bad - deadLetters()} bad records neither set aside nor waiting`);
  for (const { crashes } of members) if (crashes.length > 0) problems.push(`a member crashed: ${String(crashes[0])}`);
  return { problems, cases: blows };
}

function causesOf(log: MemoryLog): ReadonlySet<string | null> {
  const records = log.records("comms.rejected");
  return new Set(records.map(({ value }) => (codec.decode("comms.rejected", value as Buffer) as Rejected).cause_ref));
}

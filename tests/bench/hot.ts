import { systemClock } from "#shared/platform/clock/clock.ts";
import { stageLimits } from "#shared/runtime/limits.ts";
import { copied, copier, eventOf, eventRecord, shellOf } from "#tests/support/shell-bench.ts";
import { startWorld, type World } from "#tests/support/world.ts";
import { figure, heading, spread } from "./figures.ts";

const hotRecords = 3_000;
const others = 40;
/** What one provider call takes, ms. */
const callMs = 4;

/** 3,000 records of one person and, while they are worked on, one each of 40 others, on the real broker: what the others wait. */
export async function benchHot(): Promise<void> {
  heading(`${hotRecords} records of one person, then ${others} others, a call of ${callMs} ms each`);
  const shares = [
    ["every record takes a place (as before)", Number.MAX_SAFE_INTEGER],
    [`${stageLimits.keyRecords} records of a key take a place`, stageLimits.keyRecords],
  ] as const;
  for (const [name, keyRecords] of shares) {
    const world = await startWorld({ watch: false });
    try {
      figure(name, `others ${spread(await waitsOfOthers(world, keyRecords))}`);
    } finally {
      await world.close();
    }
  }
}

async function waitsOfOthers({ platform }: World, keyRecords: number): Promise<readonly number[]> {
  const codec = platform.codec();
  const record = (user: string, n: number) => {
    const one = eventRecord(codec, eventOf(user, `${user}:${n}`));
    return { ...one, topic: platform.prefix + one.topic };
  };
  const producer = await platform.log().producer();
  await producer.send(Array.from({ length: hotRecords }, (_, n) => record("hot", n)));
  const doneAt = new Map<string, number>();
  const processor = copier({
    decide: ({ value }) => ({ kind: "perform", effect: value.cause_ref }),
    perform: async (effect, one) => {
      await systemClock.sleep(callMs);
      doneAt.set(effect, Date.now());
      return copied(one);
    },
  });
  const { shell } = shellOf({
    log: platform.log(),
    codec,
    clock: systemClock,
    prefix: platform.prefix,
    limits: { keyRecords },
    runnable: { processor },
  });
  await shell.start();
  while (doneAt.size === 0) await systemClock.sleep(20);
  await systemClock.sleep(500);
  const began = Date.now();
  await producer.send(Array.from({ length: others }, (_, n) => record(`other-${n}`, 0)));
  while (doneAt.size < hotRecords + others) await systemClock.sleep(20);
  await shell.stop(5_000);
  return [...doneAt].filter(([ref]) => ref.startsWith("other")).map(([, at]) => at - began);
}

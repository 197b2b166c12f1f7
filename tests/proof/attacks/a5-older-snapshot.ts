import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Event } from "#shared/contracts/records.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { suppressionOf, untilSuppressed } from "#tests/support/world/suppressions.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { mailedOf, mailsTo, offBy } from "./mails.ts";

const suppressed = aCrowd("suppressed", 10);
const others = aCrowd("other", 10);
const waves = 4;

const eventFactory = createEventFactory("a5");

/** A Redis that forgets what it was told last. */
export const olderSnapshot: Attack = {
  id: "a5",
  did: "Redis killed and back from a snapshot some seconds older; 10 people were suppressed since",
  run: async () => {
    const world = await startWorld({ watch: false });
    try {
      await world.start(everything);
      return await attack(world);
    } finally {
      await world.close();
    }
  },
};

async function attack(world: World): Promise<readonly Figure[]> {
  await world.introduce([...suppressed, ...others]);
  await world.redis.snapshot();
  await world.write(suppressed.map((one) => suppressionOf(world, one, "HARD_BOUNCE")));
  await untilSuppressed(world, suppressed);
  await sleep(2_000);

  const killed = Date.now();
  await Promise.all([world.redis.rewind(), world.produceEvents(...wave())]);
  for (let n = 1; n < waves; n++) {
    await sleep(400);
    await world.produceEvents(...wave());
  }
  const due = waves * 2 * others.length;
  const all = async () => (await mailsTo(world, others)).length >= due;
  const arrived = await eventually(all, "the others' mails", 90_000).catch(() => false);
  const taken = await mailsTo(world, others);
  const lastMs = Math.max(killed, ...taken.map(({ time_ms }) => time_ms)) - killed;
  if (arrived) await world.drained(90_000);
  const mails = (await mailsTo(world, suppressed)).length;
  return [
    atMost("of 10 suppressed people, mailed", await mailedOf(world, suppressed), { bound: 0, unit: "people" }),
    atMost("mails to them", mails, { bound: 0, unit: "mails" }),
    atMost(`of ${due} mails to the others, lost or sent twice`, offBy(taken, due), { bound: 0, unit: "mails" }),
    atMost("last of those, after the kill", Math.round(lastMs / 1_000), { bound: 60, unit: "s" }),
  ];
}

/** A booking and a receipt, which is critical, for everybody. */
function wave(): readonly Event[] {
  return [...suppressed, ...others].flatMap(({ userId }) => [
    eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now()),
    eventFactory.receipt(userId, Date.now()),
  ]);
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Character } from "#cli/demo/people.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { askForCodes } from "./codes.ts";

/** A code of Twilio's that comes by callback, how many calls its row promises, and how long they may take. */
interface Late {
  readonly code: string;
  readonly calls: number;
  readonly waitMs: number;
}

const codes: readonly Late[] = [
  { code: "30003", calls: 3, waitMs: 240_000 },
  { code: "30008", calls: 2, waitMs: 30_000 },
];

/** Calls that come although none is due any more are waited for so long, ms. */
const quietMs = 20_000;

/** The simulator takes a text to this number, and reports it as undelivered with this code. */
function numberOf(code: string): string {
  return `+1500555${code.replace(/^30/, "3")}`;
}

function personOf({ code }: Late): Character {
  return aPerson(`late-${code}`, { phone: numberOf(code), sms: true });
}

async function follow(world: World, late: Late): Promise<readonly Figure[]> {
  const calls = () => world.ledger({ provider: "twilio", recipient: numberOf(late.code), outcome: "accepted" });
  const waitingFor = `${late.calls} calls`;
  await eventually(async () => (await calls()).length >= late.calls, waitingFor, late.waitMs).catch(() => {});
  await sleep(quietMs);
  const made = await calls();
  const { userId } = personOf(late);
  // By their ids: what reads along may read a record twice.
  const own = world.watch.of("comms.schedule").filter(({ user_id }) => user_id === userId);
  const scheduled = new Set(own.map(({ schedule_id }) => schedule_id)).size;
  const ends = world.watch.of("comms.feedback").filter((one) => one.user_id === userId && one.status === "FAILED");
  const failed = new Set(ends.map(({ feedback_id }) => feedback_id)).size;
  const [first = 0, second = Number.NaN] = made.map(({ time_ms }) => time_ms);
  const after = Math.round((second - first) / 1_000);
  return [
    exactly(`${late.code}: next attempts scheduled`, scheduled, late.calls - 1),
    exactly(`${late.code}: calls a message`, made.length, late.calls),
    atMost(`${late.code}: the second call comes after`, after, { bound: 90, unit: "s" }),
    exactly(`${late.code}: \`failed\` is reported, after the last call`, failed, 1),
  ];
}

function exactly(what: string, value: number, bound: number): Figure {
  return { what, value: String(value), bound: `exactly ${bound}`, holds: value === bound };
}

async function run(): Promise<readonly Figure[]> {
  const world = await startWorld();
  try {
    await world.start(everything);
    const people = codes.map(personOf);
    await world.introduce(people);
    await askForCodes(world, people, "a11");
    return (await Promise.all(codes.map((late) => follow(world, late)))).flat();
  } finally {
    await world.close();
  }
}

/** A failure that the provider reports of a message that it had taken. */
export const failedAfterAcceptance: Attack = {
  id: "a11",
  did: "Twilio takes a text, and reports it as undelivered with 30003 or 30008",
  run,
};

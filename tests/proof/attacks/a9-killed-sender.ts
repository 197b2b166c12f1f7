import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";

/** Their mail is critical. The provider takes it at once, and answers when the sender is dead. */
const people = aCrowd("slow", 30);
const kills = 4;
/** How long a sender is left alone if it makes no call: longer than the lease of a claim. */
const patienceMs = 20_000;

/** A sender that dies in its calls, again and again. */
export const killedSender: Attack = {
  id: "a9",
  did: `${kills} kills (SIGKILL) of the email sender in mid-call, with ${people.length} critical mails in hand`,
  run: async () => {
    const world = await startWorld({ callbacks: false, env: { COMMS_AMBIGUOUS_HOLD_SECONDS: "20" } });
    try {
      await world.start(allBut("email-sender"));
      await world.introduce(people);
      return await attack(world);
    } finally {
      await world.close();
    }
  },
};

async function attack(world: World): Promise<readonly Figure[]> {
  const eventFactory = createEventFactory("a9");
  await world.simulator.fault({ provider: "ses", kind: "latency", delay_ms: 4_500, match: { recipient: "slow-" } });
  await world.produceEvents(...people.map(({ userId }) => eventFactory.receipt(userId, Date.now())));
  let counted = 0;
  for (let kill = 0; kill < kills; kill++) {
    const before = (await taken(world)).length;
    const sender = await world.start(["email-sender"]);
    const inCall = async () => (await taken(world)).length >= before + people.length;
    await eventually(inCall, "the calls to be in flight", patienceMs).catch(() => false);
    // As a scrape right before the crash.
    counted += await counter(sender);
    await sender.kill();
  }
  await world.simulator.clearFaults();
  const last = await world.start(["email-sender"]);
  const over = await eventually(() => ended(world) === people.length, "every mail to end", 120_000).catch(() => false);
  if (over) await world.drained(90_000);
  await sleep(2_000);
  counted += await counter(last);
  return figures(await taken(world), { counted, ended: ended(world) });
}

interface Count {
  readonly counted: number;
  readonly ended: number;
}

function figures(calls: readonly string[], { counted, ended: over }: Count): readonly Figure[] {
  const times = tallied(calls);
  const extra = calls.length - times.size;
  return [
    {
      what: "extra calls by the ledger, and by `comms_ambiguous_sends_total`",
      value: `${extra}, metric ${counted}`,
      bound: "the same",
      holds: extra === counted,
    },
    atMost("most calls of one message", Math.max(...times.values()), { bound: 2, unit: "calls" }),
    atMost("messages that no call was made for", people.length - times.size, { bound: 0, unit: "messages" }),
    atMost("messages without an end on `comms.feedback`", people.length - over, { bound: 0, unit: "messages" }),
  ];
}

function counter(sender: WorldChild): Promise<number> {
  return metric(sender, "comms_ambiguous_sends_total", { channel: "email" });
}

/** The message of each call that the provider took. */
async function taken(world: World): Promise<readonly string[]> {
  return (await world.ledger({ provider: "ses", outcome: "accepted" })).map(({ msg_id }) => msg_id ?? "");
}

/** How many mails were reported as over. */
function ended(world: World): number {
  const reports = world.watch.of("comms.feedback").filter(({ channel }) => channel === "EMAIL");
  return new Set(reports.map(({ msg_id }) => msg_id)).size;
}

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Event } from "#shared/contracts/records.ts";
import { deadLetterTopic, stages } from "#shared/contracts/topics.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import { killPart, startPart, startStack } from "#stack/stack.ts";
import { type OwnStack, ownStack } from "#tests/support/own-stack.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const people = aCrowd("broker", 10);
/** Mails under way at once, so that a slow machine has as much to do as it can. */
const aheadMax = 60;
const eventFactory = createEventFactory("broker");
const allEvents: Event[] = [];
let own: OwnStack;
let world: World;
let child: WorldChild;

beforeAll(async () => {
  own = await ownStack();
  world = await startWorld({ stack: await startStack(own.options), callbacks: false });
  child = await world.start(everything);
  await world.introduce(people);
  const stopping = new AbortController();
  const traffic = keepTelling(stopping.signal);

  await world.watch.until(() => mailed() >= 40, "mails before the crash", 60_000);
  await killPart(own.options, "kafka", "SIGKILL");
  const atCrash = mailed();
  await startPart(own.options, "kafka");
  await world.watch.until(() => mailed() >= atCrash + 60, "mails after the crash", 60_000);

  stopping.abort();
  await traffic;
  await world.watch.until(() => mailed() === allEvents.length, "every mail to be sent", 90_000);
  await world.drained();
}, 180_000);
afterAll(async () => {
  await world?.close();
  await own?.remove();
});

/** Like a producer that takes a failed write for what it is, unknown, and writes again. Never far ahead of what was sent. */
async function keepTelling(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (allEvents.length - mailed() < aheadMax) {
      const events = people.map(({ userId }) =>
        eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now()),
      );
      await eventually(() => wasTold(events), "the log to take events", 60_000);
      allEvents.push(...events);
    }
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
}

async function wasTold(events: readonly Event[]): Promise<boolean> {
  return world.produceEvents(...events).then(
    () => true,
    (error: unknown) => {
      if (isRetryable(error)) return false;
      throw error;
    },
  );
}

function mailed(): number {
  const reports = world.watch
    .of("comms.feedback")
    .filter(({ status, channel }) => status === "SENT" && channel === "EMAIL");
  return new Set(reports.map(({ msg_id }) => msg_id)).size;
}

describe("kill -9 of the broker under traffic, and a start of it", () => {
  test("no process ended: all of them waited, and went on", async () => {
    expect(() => process.kill(child.pid, 0)).not.toThrow();
    await eventually(async () => (await fetch(`${child.healthUrl}/readyz`)).ok, "the stages to be ready again", 30_000);
  });

  test("nothing that the log took is lost, and nobody gets a mail twice", async () => {
    const calls = await world.ledger({ provider: "ses", outcome: "accepted" });
    expect(tallied(calls.map(({ msg_id }) => msg_id ?? "")).size).toBe(allEvents.length);
    expect(calls).toHaveLength(allEvents.length);
  });

  test("the outage made no dead letters", () => {
    for (const stage of stages)
      expect(`${stage} ${world.watch.records(deadLetterTopic(stage)).length}`).toBe(`${stage} 0`);
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { deadLetterTopic } from "#shared/contracts/topics.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { signForm } from "#simulator/twilio/signature.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aCrowd, aPerson } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { watchGroup } from "./group-watch.ts";
import { mailsTo, offBy, seconds } from "./mails.ts";
import { probe } from "./probes.ts";

const records = 30;
const texts = 25;
/** One a second, behind the garbage. */
const people = aCrowd("good", 60);
const gone = aPerson("gone", { email: "bounce@simulator.amazonses.com" });

const eventFactory = createEventFactory("a4");

/** What others write, and cannot be read. */
export const garbage: Attack = {
  id: "a4",
  did: `${records} undecodable records on \`comms.events\`, then ${people.length} good events in as many seconds; ${texts} signed inbound texts at the status address, then a bounce`,
  run: async () => [...(await inWorld(writeGarbage)), ...(await inWorld(textIn))],
};

interface Scene {
  readonly world: World;
  readonly intake: WorldChild;
  readonly feedback: WorldChild;
}

/** A world of its own, whose intake and feedback are processes of their own. */
async function inWorld(attack: (scene: Scene) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const world = await startWorld();
  try {
    const intake = await world.start(["intake"]);
    const feedback = await world.start(["feedback"]);
    await world.start(allBut("intake", "feedback"));
    await world.introduce([...people, gone]);
    return await attack({ world, intake, feedback });
  } finally {
    await world.close();
  }
}

async function writeGarbage({ world, intake }: Scene): Promise<readonly Figure[]> {
  const watch = await watchGroup(world, "intake");
  const producedAt = new Map<string, number>();
  const value = Buffer.from(JSON.stringify({ name: "booking.confirmed", actors: [] }));
  const topic = `${world.prefix}comms.events`;
  await world.write(Array.from({ length: records }, (_, n) => ({ topic, key: `default/${n}`, value })));
  for (const { userId, email } of people) {
    producedAt.set(email, Date.now());
    await world.produceEvents(eventFactory.receipt(userId, Date.now()));
    await sleep(1_000);
  }
  const ready = await probe(intake, "readyz");
  const all = async () => (await mailsTo(world, people)).length >= people.length;
  await eventually(all, "the good events' mails", 30_000).catch(() => false);
  const ended = Date.now();
  const taken = await mailsTo(world, people);
  const takenAt = new Map(taken.map(({ recipient, time_ms }) => [recipient, time_ms]));
  const waits = people.map(({ email }) => (takenAt.get(email) ?? ended) - (producedAt.get(email) ?? ended));
  const kept = world.watch.records(deadLetterTopic("intake")).filter(({ record }) => record.value?.equals(value));
  return [
    atMost("intake without a member", await watch.end(), { bound: 0, unit: "s" }),
    atMost("good events behind them: the longest wait from event to mail", seconds(Math.max(...waits)), {
      bound: 5,
      unit: "s",
    }),
    atMost("mails lost or sent twice", offBy(taken, people.length), { bound: 0, unit: "mails" }),
    atMost("records not set aside with their bytes", records - kept.length, { bound: 0, unit: "records" }),
    { what: "/readyz of intake", value: `${ready}`, bound: "200", holds: ready === 200 },
  ];
}

async function textIn({ world, feedback }: Scene): Promise<readonly Figure[]> {
  const watch = await watchGroup(world, "feedback");
  const statuses: string[] = [];
  for (let n = 0; n < texts; n++) statuses.push(`${await postText(world, n)}`);
  const answers = [...tallied(statuses)].map(([status, times]) => `${times} × ${status}`).join(", ");
  await sleep(2_000);
  await world.produceEvents(eventFactory.booking({ buyer: gone.userId, seller: sellerTo(gone.userId) }, Date.now()));
  await eventually(async () => (await mailsTo(world, [gone])).length > 0, "the mail that bounces", 30_000).catch(
    () => false,
  );
  const mailed = Date.now();
  const read = await eventually(() => world.watch.of("comms.suppression").length > 0, "the suppression", 60_000).catch(
    () => false,
  );
  const readMs = read ? Date.now() - mailed : Number.POSITIVE_INFINITY;
  const ready = await probe(feedback, "readyz");
  return [
    {
      what: "the texts are answered",
      value: answers,
      bound: `${texts} × 4xx`,
      holds: statuses.every((s) => s[0] === "4"),
    },
    atMost("feedback without a member", await watch.end(), { bound: 0, unit: "s" }),
    atMost("a bounce behind them suppresses the address after", seconds(readMs), { bound: 10, unit: "s" }),
    { what: "/readyz of feedback", value: `${ready}`, bound: "200", holds: ready === 200 },
  ];
}

/** A text to our number, as Twilio posts it where the status address was given for inbound texts. */
async function postText({ gatewayUrl }: World, n: number): Promise<number> {
  const { accountSid, authToken } = sandboxAccounts.twilio;
  const url = `${gatewayUrl}/webhooks/twilio/status`;
  const sid = `SM${String(n).padStart(32, "0")}`;
  const form = {
    AccountSid: accountSid,
    ApiVersion: "2010-04-01",
    Body: "When do we meet?",
    From: "+14155550100",
    MessageSid: sid,
    NumMedia: "0",
    NumSegments: "1",
    SmsMessageSid: sid,
    SmsSid: sid,
    SmsStatus: "received",
    To: "+15005550006",
  };
  const headers = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "x-twilio-signature": signForm(authToken, url, form),
  };
  const { status } = await fetch(url, { method: "POST", headers, body: new URLSearchParams(form).toString() });
  return status;
}

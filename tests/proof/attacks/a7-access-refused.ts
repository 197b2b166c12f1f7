import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Character } from "#cli/demo/people.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { askForCodes } from "./codes.ts";
import { type Front, startFront } from "./front.ts";

/** A 403 as SES, or what stands before it, words it. */
interface Refusal {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const refusals: readonly Refusal[] = [
  bySes("RequestExpired", "Request timestamp is too skewed"),
  bySes("MissingAuthenticationToken", "Missing Authentication Token"),
  {
    name: "a firewall's page",
    headers: { "content-type": "text/html" },
    body: "<!doctype html><title>Blocked</title><h1>403 Forbidden</h1>",
  },
];

function bySes(code: string, message: string): Refusal {
  const headers = { "content-type": "application/json", "x-amzn-errortype": code };
  return { name: `\`${code}\``, headers, body: JSON.stringify({ message }) };
}

/** How long SES refuses, ms. */
const refusedMs = 30_000;
/** How long is waited for mails after it has recovered, ms: a breaker's probe, and then some. */
const recoveryMs = 60_000;

interface Scene {
  readonly world: World;
  readonly sender: WorldChild;
  readonly front: Front;
}

async function refuse({ world, sender, front }: Scene, refusal: Refusal, people: readonly Character[]) {
  const before = front.answered();
  front.script((_body, response) => {
    response.writeHead(403, refusal.headers).end(refusal.body);
    return "answered";
  });
  await askForCodes(world, people, refusal.name.replace(/\W/g, ""));
  await sleep(refusedMs);
  const failed = new Set(
    world.watch.of("comms.feedback").flatMap(({ status, user_id }) => (status === "FAILED" ? [user_id] : [])),
  );
  const ready = (await fetch(`${sender.healthUrl}/readyz`)).status;
  front.script(() => "passed on");
  const recovered = performance.now();
  const addresses = new Set(people.map(({ email }) => email));
  const taken = async () =>
    (await world.ledger({ provider: "ses", outcome: "accepted" })).filter(({ recipient = "" }) =>
      addresses.has(recipient),
    );
  await eventually(async () => (await taken()).length >= people.length, "every mail", recoveryMs).catch(() => {});
  const seconds = Math.round((performance.now() - recovered) / 1_000);
  await sleep(2_000);
  const mails = await taken();
  const reached = new Set(mails.map(({ recipient }) => recipient)).size;
  return {
    failed: people.filter(({ userId }) => failed.has(userId)).length,
    calls: front.answered() - before,
    ready,
    seconds,
    wrong: people.length - reached + (mails.length - reached),
  };
}

function figuresOf({ name }: Refusal, was: Awaited<ReturnType<typeof refuse>>): readonly Figure[] {
  const calls = `${name}: calls in the ${refusedMs / 1_000} s (\`/readyz\` ${was.ready})`;
  return [
    atMost(`${name}: of ten critical mails have failed for good`, was.failed, { bound: 0, unit: "mails" }),
    { ...atMost(calls, was.calls, { bound: 20, unit: "calls" }), ...(was.ready === 503 ? {} : { holds: false }) },
    atMost(`${name}: not sent once SES has recovered, or sent twice`, was.wrong, { bound: 0, unit: "mails" }),
    atMost(`${name}: the last was sent after`, was.seconds, { bound: 30, unit: "s" }),
  ];
}

async function run(): Promise<readonly Figure[]> {
  const world = await startWorld();
  const front = await startFront(world.simulatorUrl);
  try {
    await world.start(allBut("email-sender"));
    const sender = await world.start(["email-sender"], { COMMS_SES_ENDPOINT: `${front.url}/ses` });
    const people = aCrowd("a7", 10 * refusals.length);
    await world.introduce(people);
    const figures: Figure[] = [];
    for (const [index, refusal] of refusals.entries()) {
      const crowd = people.slice(10 * index, 10 * index + 10);
      figures.push(...figuresOf(refusal, await refuse({ world, sender, front }, refusal, crowd)));
    }
    const alerts = await metric(sender, "comms_provider_alerts_total", { level: "P0" });
    figures.push({ what: "alerts at P0", value: String(alerts), bound: "1 or more", holds: alerts > 0 });
    return figures;
  } finally {
    await world.close();
    await front.close();
  }
}

/** A refusal that says something about us, and nothing about the mail. */
export const accessRefused: Attack = {
  id: "a7",
  did: "SES answers 403 with a code outside the table, or a firewall's page, for 30 s; ten critical mails each",
  run,
};

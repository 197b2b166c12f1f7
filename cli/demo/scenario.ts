import { setTimeout as sleep } from "node:timers/promises";
import type { Output } from "#shared/contracts/output.ts";
import type { Event, Suppression } from "#shared/contracts/records.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { produce } from "../prepare.ts";
import type { EventFactory } from "./event-factory.ts";
import { type Character, introduce } from "./people.ts";
import { type RunRecords, recordsOfRun, tally } from "./tally.ts";
import type { Watch } from "./watch.ts";

/** What one run of the demo works with. */
export interface Scenario {
  readonly platform: ProcessContext;
  readonly watch: Watch;
  /** In the order of `characters`. */
  readonly people: readonly Character[];
}

/** What the topics hold of this run so far, without what an earlier one left under way. */
export function ownRecords({ watch, people }: Pick<Scenario, "watch" | "people">): RunRecords {
  return recordsOfRun(watch, new Set(people.map(({ userId }) => userId)));
}

/** Writes the people's profiles, devices, consents and settings, and waits until the views have them all. */
export async function addPeople({ platform, people }: Scenario): Promise<void> {
  await produce(platform, introduce(people, Date.now()));
  const refs = people.map(({ userId }) => ({ tenantId: "default", userId }));
  for (let tries = 0; tries < 300; tries++) {
    const persons = await platform
      .views()
      .persons(refs)
      .catch(() => undefined);
    const known = persons?.value.every((person, i) => {
      const { push, sms } = people[i] as Character;
      return (
        person.profile &&
        person.tokens.length === Number(push) &&
        person.consents.length === Number(push) + 2 * Number(sms)
      );
    });
    if (known) return;
    await sleep(100);
  }
  throw new Error("The views did not take the people in within 30 s; see .carillon/logs/sinks.ndjson");
}

/** Sends one event of every kind that the demo shows, and waits until the last message has ended. */
export async function playScenario(scenario: Scenario, events: EventFactory): Promise<void> {
  const { platform, watch, people } = scenario;
  const [ines, theo, bounce, night, quiet, studio] = idsOf(people);
  const now = () => Date.now();
  const feed = (...all: readonly Event[]) => produce(platform, all.map(eventOutput));
  const first = events.booking({ buyer: ines, seller: studio }, now());
  await feed(first);
  await watch.until(
    () => ownRecords(scenario).feedback.some(({ status }) => status === "SENT"),
    "the first delivery",
    60_000,
  );
  await feed(
    events.receipt(theo, now()),
    events.code(ines, now()),
    events.code(theo, now()),
    events.booking({ buyer: bounce, seller: studio }, now()),
    events.booking({ buyer: night, seller: studio }, now()),
    events.booking({ buyer: quiet, seller: studio }, now()),
    events.promotion(theo, now()),
    events.booking({ buyer: ines, seller: studio }, now(), { expiresAt: now() - 1_000 }),
    events.note(theo, "The light is best an hour before sunset, shall we meet at five?", now()),
    events.note(theo, "And bring a second shirt.", now()),
    first,
    first,
    events.booking({ buyer: ines, seller: studio }, now(), { bookingId: first.cause_ref }),
  );
  const suppressed = () => ownSuppression(scenario) !== undefined;
  await watch.until(suppressed, "the bounce to become a suppression", 60_000);
  await untilViewHasSuppression(scenario);
  await feed(events.booking({ buyer: bounce, seller: studio }, now()));
  const refused = () =>
    watch.decisions.some(({ user_id, reason }) => user_id === bounce && reason === "COMMS_SUPPRESSED");
  await watch.until(refused, "the next message to the bounced address to be refused", 60_000);
  const digest = () =>
    watch.feedback.some(({ user_id, template_name }) => user_id === theo && template_name === "new_message_digest");
  await watch.until(digest, "the digest", 60_000);
  await watch.until(() => tally(ownRecords(scenario)).in_flight === 0, "the last message to end", 60_000);
}

/** The suppression that a bounce of this run has led to. */
function ownSuppression(scenario: Scenario): Suppression | undefined {
  const own = new Set(ownRecords(scenario).decisions.map(({ msg_id }) => msg_id));
  return scenario.watch.suppressions.find(({ msg_id }) => msg_id !== null && own.has(msg_id));
}

/** Waits until the view has the suppression that the topic has: the gates read the view. */
async function untilViewHasSuppression(scenario: Scenario): Promise<void> {
  const { platform } = scenario;
  const entry = ownSuppression(scenario);
  if (!entry) return;
  const ref = { tenantId: entry.tenant_id, channel: entry.channel, addressHash: entry.address_hash };
  for (let tries = 0; tries < 100; tries++) {
    const { value } = await platform.views().suppressions([ref]);
    if ((value[0]?.length ?? 0) > 0) return;
    await sleep(50);
  }
}

function eventOutput(event: Event): Output {
  return { topic: "comms.events", key: `${event.tenant_id}/${event.cause_ref}`, value: event };
}

/** Sends an event every three seconds until the signal. */
export async function keepTraffic(
  { platform, people }: Scenario,
  events: EventFactory,
  signal: AbortSignal,
): Promise<void> {
  const [ines, theo, , , , studio] = idsOf(people);
  const kinds = [
    () => events.booking({ buyer: ines, seller: studio }, Date.now()),
    () => events.receipt(theo, Date.now()),
    () => events.code(ines, Date.now()),
    () => events.note(theo, "Are we still on for tomorrow?", Date.now()),
    () => events.promotion(theo, Date.now()),
  ];
  for (let at = 0; !signal.aborted; at++) {
    await produce(platform, [eventOutput((kinds[at % kinds.length] as () => Event)())]);
    await sleep(3_000, undefined, { signal }).catch(() => undefined);
  }
}

function idsOf(people: readonly Character[]) {
  return people.map(({ userId }) => userId) as [string, string, string, string, string, string];
}

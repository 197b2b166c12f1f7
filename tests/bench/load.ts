import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Character } from "#cli/demo/people.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Event } from "#shared/contracts/records.ts";
import { deriveMsgId } from "#shared/domain/message/id.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Producer } from "#shared/platform/kafka/port.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import type { World } from "#tests/support/world.ts";

/** The recipients, on one channel each, so that an event is one message. */
export interface Crowd {
  readonly emailed: readonly Character[];
  readonly pushed: readonly Character[];
  readonly texted: readonly Character[];
  readonly suppressed: readonly Character[];
}

export interface Load {
  /** The messages that must reach a provider, by msg_id, with the time at which the event was produced. */
  readonly due: ReadonlyMap<string, number>;
  /** The messages that must not. */
  readonly refused: ReadonlySet<string>;
  readonly records: number;
  /** How late the last record was produced, ms: a generator that falls behind measures itself. */
  readonly lateMs: number;
}

export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
}

interface Feed extends Rate {
  readonly producer: Producer;
  readonly codec: Codec;
  readonly prefix: string;
  readonly crowd: Crowd;
  readonly run: string;
}

interface NextEvent {
  readonly event: Event;
  readonly msgId: string;
  readonly isRefused: boolean;
}

const tickMs = 20;

/** Feeds a world, every event of it under ids of this run alone. */
export async function feedWorld({ platform, prefix }: World, crowd: Crowd, rate: Rate): Promise<Load> {
  const producer = await platform.log().producer();
  const run = `r${rate.perSecond}${Date.now().toString(36)}`;
  const load = await feed({ producer, codec: platform.codec(), prefix, crowd, run, ...rate });
  await producer.close();
  return load;
}

/** What the providers took of these messages, once all of it is there and nothing more comes. */
export async function untilTaken(world: World, load: Load, since: number): Promise<readonly CallEntry[]> {
  const accepted = async () =>
    (await world.ledger({ since, outcome: "accepted" })).filter(
      ({ msg_id = "" }) => load.due.has(msg_id) || load.refused.has(msg_id),
    );
  const end = Date.now() + 120_000;
  for (;;) {
    const distinct = new Set((await accepted()).map((entry) => entry.msg_id)).size;
    if (distinct >= load.due.size || Date.now() > end) break;
    await sleep(500);
  }
  await sleep(3_000);
  return accepted();
}

/** Feeds events at an even rate, open loop: it does not wait for their results. */
async function feed(feeding: Feed): Promise<Load> {
  const { producer, perSecond, seconds } = feeding;
  const next = eventSource(feeding);
  const due = new Map<string, number>();
  const refused = new Set<string>();
  const total = perSecond * seconds;
  const began = Date.now();
  const sends: Promise<unknown>[] = [];
  let records = 0;
  while (records < total) {
    const upTo = Math.min(total, Math.floor(((Date.now() - began) * perSecond) / 1000));
    const batch: OutRecord[] = [];
    for (; records < upTo; records++) {
      const { event, msgId, isRefused } = next(records);
      if (isRefused) refused.add(msgId);
      else if (!due.has(msgId)) due.set(msgId, Date.now());
      batch.push(recordOf(feeding, event));
    }
    if (batch.length > 0) sends.push(producer.send(batch));
    await sleep(tickMs);
  }
  const lateMs = Date.now() - began - seconds * 1000;
  await Promise.all(sends);
  return { due, refused, records, lateMs };
}

function recordOf({ codec, prefix }: Feed, event: Event): OutRecord {
  return {
    topic: `${prefix}comms.events`,
    key: `${event.tenant_id}/${event.cause_ref}`,
    value: codec.encode("comms.events", event),
  };
}

/**
 * Of twenty records: two codes by text (10 % critical), sixteen mails and pushes, one to a suppressed address (5 %), and
 * one that repeats the record before it (5 %).
 */
function eventSource({ crowd, run }: Feed): (n: number) => NextEvent {
  const factory = createEventFactory(run);
  let last: NextEvent | undefined;
  const draw = (n: number): NextEvent => {
    const turn = n % 20;
    const pick = (from: readonly Character[]) => (from[n % from.length] as Character).userId;
    if (turn === 17) return promotion(pick(crowd.suppressed), "email", true);
    if (turn % 10 === 0) return code(pick(crowd.texted));
    return turn % 2 === 0
      ? promotion(pick(crowd.pushed), "push", false)
      : promotion(pick(crowd.emailed), "email", false);
  };
  const promotion = (user: string, channel: string, isRefused: boolean): NextEvent => {
    const event = factory.promotion(user, Date.now());
    return { event, isRefused, msgId: msgIdOf(event, { templateName: "promo_low_balance", userId: user, channel }) };
  };
  const code = (user: string): NextEvent => {
    const event = factory.code(user, Date.now());
    return {
      event,
      isRefused: false,
      msgId: msgIdOf(event, { templateName: "security_code", userId: user, channel: "sms" }),
    };
  };
  return (n) => {
    last = n % 20 === 19 && last ? last : draw(n);
    return last;
  };
}

interface Destination {
  readonly templateName: string;
  readonly userId: string;
  readonly channel: string;
}

function msgIdOf({ tenant_id: tenantId, cause_ref: causeRef }: Event, destination: Destination): string {
  return deriveMsgId({ tenantId, causeRef, ...destination });
}

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

/** The topics that events come by; a campaign's are bulk. */
type EventTopic = "comms.events" | "comms.events.bulk";

/** Where records go, and how they are written. */
interface Sink {
  readonly codec: Codec;
  readonly prefix: string;
  readonly topic: EventTopic;
}

interface Feed extends Rate, Sink {
  readonly producer: Producer;
  readonly next: EventSource;
}

/** An event, and the one message that it makes. */
export interface NextEvent {
  readonly event: Event;
  readonly msgId: string;
  readonly isRefused: boolean;
}

/** The events of a run by their number. */
export type EventSource = (n: number) => NextEvent;

const tickMs = 20;
const chunkRecords = 500;

/** Feeds a world the mix of `mixedEvents`, every event of it under ids of this run alone. */
export async function feedWorld(world: World, crowd: Crowd, rate: Rate): Promise<Load> {
  return feedAtRate(world, mixedEvents(crowd, runName(`r${rate.perSecond}`)), rate);
}

/** A name that no other run has. */
export function runName(kind: string): string {
  return `${kind}${Date.now().toString(36)}`;
}

/** Feeds events at an even rate, open loop: it does not wait for their results. */
export async function feedAtRate({ platform, prefix }: World, next: EventSource, rate: Rate): Promise<Load> {
  const producer = await platform.log().producer();
  const load = await feed({ producer, codec: platform.codec(), prefix, next, topic: "comms.events", ...rate });
  await producer.close();
  return load;
}

/** So many events, and the topic that they come by: `comms.events` unless another is named. */
interface Backlog {
  readonly count: number;
  readonly topic?: EventTopic;
}

/** Produces so many events as fast as the broker takes them. */
export async function feedAtOnce({ platform, prefix }: World, next: EventSource, backlog: Backlog): Promise<Load> {
  const { count, topic = "comms.events" } = backlog;
  const producer = await platform.log().producer();
  const due = new Map<string, number>();
  const sink = { codec: platform.codec(), prefix, topic };
  for (let from = 0; from < count; from += chunkRecords) {
    const size = Math.min(chunkRecords, count - from);
    const now = Date.now();
    const records = Array.from({ length: size }, (_, n) => {
      const { event, msgId } = next(from + n);
      due.set(msgId, now);
      return recordOf(sink, event);
    });
    await producer.send(records);
  }
  await producer.close();
  return { due, refused: new Set(), records: count, lateMs: 0 };
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

async function feed(feeding: Feed): Promise<Load> {
  const { producer, perSecond, seconds, next } = feeding;
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

function recordOf({ codec, prefix, topic }: Sink, event: Event): OutRecord {
  return {
    topic: `${prefix}${topic}`,
    key: `${event.tenant_id}/${event.cause_ref}`,
    value: codec.encode(topic, event),
  };
}

/**
 * Of twenty records: two codes by text (10 % critical), sixteen mails and pushes, one to a suppressed address (5 %), and
 * one that repeats the record before it (5 %).
 */
function mixedEvents(crowd: Crowd, run: string): EventSource {
  const of = messageMaker(run);
  let last: NextEvent | undefined;
  const draw = (n: number): NextEvent => {
    const turn = n % 20;
    if (turn === 17) return { ...of("email", pick(crowd.suppressed, n)), isRefused: true };
    if (turn % 10 === 0) return of("sms", pick(crowd.texted, n));
    return turn % 2 === 0 ? of("push", pick(crowd.pushed, n)) : of("email", pick(crowd.emailed, n));
  };
  return (n) => {
    last = n % 20 === 19 && last ? last : draw(n);
    return last;
  };
}

/** The channels that one event makes one message on. */
export const benchChannels = ["email", "push", "sms"] as const;
export type BenchChannel = (typeof benchChannels)[number];

/** Events that are one message each on the same channel, to each of these people in turn. */
export function messagesTo({ emailed, pushed, texted }: Crowd, channel: BenchChannel, run: string): EventSource {
  const of = messageMaker(run);
  const people = { email: emailed, push: pushed, sms: texted }[channel];
  return (n) => of(channel, pick(people, n));
}

/** Security codes by text and by mail in turn. */
export function codesTo({ emailed, texted }: Crowd, run: string): EventSource {
  const of = messageMaker(run);
  return (n) => (n % 2 === 0 ? of("sms", pick(texted, n)) : of("code by mail", pick(emailed, n)));
}

function pick(from: readonly Character[], n: number): string {
  return (from[n % from.length] as Character).userId;
}

/** Writes the event of one message: a promotion by mail or push, a code by text or mail. */
function messageMaker(run: string) {
  const factory = createEventFactory(run);
  return (kind: BenchChannel | "code by mail", userId: string): NextEvent => {
    const isCode = kind === "sms" || kind === "code by mail";
    const event = isCode ? factory.code(userId, Date.now()) : factory.promotion(userId, Date.now());
    const templateName = isCode ? "security_code" : "promo_low_balance";
    const channel = kind === "code by mail" ? "email" : kind;
    return { event, isRefused: false, msgId: msgIdOf(event, { templateName, userId, channel }) };
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

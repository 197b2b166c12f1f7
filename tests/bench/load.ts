import { setTimeout as sleep } from "node:timers/promises";
import { storyteller } from "#cli/demo/events.ts";
import type { Character } from "#cli/demo/people.ts";
import type { Codec } from "#shared/avro/codec.ts";
import type { Event } from "#shared/avro/records.ts";
import type { OutRecord, Producer } from "#shared/kafka/port.ts";

/** The load of the issue: one message an event on three channels, 10 % critical, 5 % suppressed, 5 % told twice. */
export interface Crowd {
  readonly emailed: readonly Character[];
  readonly pushed: readonly Character[];
  readonly texted: readonly Character[];
  readonly suppressed: readonly Character[];
}

export interface Fed {
  /** Distinct events by cause_ref, with the time at which each was first handed to the log. */
  readonly toldAt: ReadonlyMap<string, number>;
  readonly records: number;
  /** How late the last record was handed over, ms: a generator that falls behind measures itself. */
  readonly lateMs: number;
}

export interface Feeding {
  readonly producer: Producer;
  readonly codec: Codec;
  readonly prefix: string;
  readonly crowd: Crowd;
  readonly run: string;
  readonly perSecond: number;
  readonly seconds: number;
}

const tickMs = 50;

/** Feeds events at an even rate, open loop: it does not wait for what becomes of them. */
export async function feed(feeding: Feeding): Promise<Fed> {
  const { producer, perSecond, seconds } = feeding;
  const next = eventsOf(feeding);
  const toldAt = new Map<string, number>();
  const total = perSecond * seconds;
  const began = Date.now();
  const sends: Promise<unknown>[] = [];
  let records = 0;
  while (records < total) {
    const due = Math.min(total, Math.floor(((Date.now() - began) * perSecond) / 1000));
    const batch: OutRecord[] = [];
    for (; records < due; records++) batch.push(recordOf(feeding, next(records), toldAt));
    if (batch.length > 0) sends.push(producer.send(batch));
    await sleep(tickMs);
  }
  const lateMs = Date.now() - began - seconds * 1000;
  await Promise.all(sends);
  return { toldAt, records, lateMs };
}

function recordOf({ codec, prefix }: Feeding, event: Event, toldAt: Map<string, number>): OutRecord {
  if (!toldAt.has(event.cause_ref)) toldAt.set(event.cause_ref, Date.now());
  return { topic: `${prefix}comms.events`, key: `${event.tenant_id}/${event.cause_ref}`, value: codec.encode("comms.events", event) };
}

/** The n-th event. Every twentieth tells the one before it once more; the rest go round the channels. */
function eventsOf({ crowd, run }: Feeding): (n: number) => Event {
  const story = storyteller(run);
  const pick = (from: readonly Character[], n: number) => (from[n % from.length] as Character).userId;
  let last: Event | undefined;
  return (n) => {
    const now = Date.now();
    const turn = n % 20;
    if (turn === 19 && last) return last;
    if (turn === 18) last = story.receipt(pick(crowd.suppressed, n), now);
    else if (turn % 9 === 0) last = story.code(pick(crowd.texted, n), now);
    else if (turn % 2 === 0) last = story.promotion(pick(crowd.pushed, n), now);
    else last = story.receipt(pick(crowd.emailed, n), now);
    return last;
  };
}

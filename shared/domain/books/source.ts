import type { Headers } from "#shared/contracts/log-record.ts";
import { hopOf, isBooked } from "./hops.ts";
import type { RecordPlace } from "./place.ts";

/** Which records led to the one that carries it: `comms.accepted/2/41 comms.events/3/17`, the nearest first. */
const header = "comms-from";

const acceptedTopics: ReadonlySet<string> = new Set(hopOf("router").topics);
/** The topics whose records say where they come from: those that the projector reads, and accepted records, which it does not. */
const carriers: ReadonlySet<string> = new Set([...hopOf("projector").topics, ...acceptedTopics]);

/**
 * The header by which what a stage writes says which record it has handled; none on topics that need none. What the router writes also
 * names the event: nobody else reads accepted records. Topics are without prefix.
 */
export function writeSource(topic: string, from: RecordPlace, headers: Headers): Headers {
  if (!carriers.has(topic) || !isBooked(from.topic)) return {};
  const before = acceptedTopics.has(from.topic) ? textOf(headers).split(" ", 1)[0] : "";
  const own = `${from.topic}/${from.partition}/${from.offset}`;
  return { [header]: Buffer.from(before ? `${own} ${before}` : own, "latin1") };
}

/** The records that led to one, by its header; none where it says nothing that can be read. */
export function readSource(headers: Headers): readonly RecordPlace[] {
  const text = textOf(headers);
  return text === "" ? [] : text.split(" ", 2).flatMap(placeOf);
}

function textOf(headers: Headers): string {
  const [value] = [headers[header] ?? []].flat();
  return value?.toString("latin1") ?? "";
}

function placeOf(text: string): readonly RecordPlace[] {
  const [, topic = "", partition, offset] = /^([a-z.]{1,64})\/(\d{1,6})\/(\d{1,15})$/.exec(text) ?? [];
  return isBooked(topic) ? [{ topic, partition: Number(partition), offset: Number(offset) }] : [];
}

import type { Headers, InRecord } from "#shared/contracts/log-record.ts";
import type { FetchedMessage } from "./kafkajs-internals.ts";

/** A record as kafkajs decodes it. A header value of null, which the port does not know, becomes an empty one. */
export function toRecord(topic: string, partition: number, message: FetchedMessage): InRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
    timestamp: Number(message.timestamp),
  };
}

const empty = Buffer.alloc(0);

function toHeaders(headers: FetchedMessage["headers"]): Headers {
  const known: Record<string, Buffer | readonly Buffer[]> = {};
  for (const [name, value] of Object.entries(headers)) known[name] = toHeader(value);
  return known;
}

function toHeader(value: FetchedMessage["headers"][string]): Buffer | readonly Buffer[] {
  if (value === null || value === undefined) return empty;
  return Buffer.isBuffer(value) ? value : value.map((each) => each ?? empty);
}

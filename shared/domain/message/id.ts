import { paddedLength, sha1 } from "./sha1.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The derived id of an event without an id of its producer: a UUIDv5 in lower case. A producer's own id may be any text. */
export type EventId = Branded<"EventId">;

/** The derived id of one message: a UUIDv5 in lower case. */
export type MsgId = Branded<"MsgId">;

/** The namespace of every id that Carillon derives. Drawn once; changing it changes every id. */
const namespace = Buffer.from("6f1c2f0a54d24d0fa3b1c0de5ca41110", "hex");

/** Holds the namespace and behind it what an id is derived from. It grows with the longest text, and is used by one call at a time. */
let scratch = Buffer.alloc(1_024);
namespace.copy(scratch);

/**
 * A UUIDv5 (RFC 9562, section 5.5) of a kind and its parts. Each part is prefixed with its length in bytes,
 * so `["a|b", "c"]` and `["a", "b|c"]` differ. The same parts always give the same id, in every process.
 */
export function deriveId(kind: string, ...parts: readonly (string | number)[]): string {
  let text = lengthPrefixed(kind);
  for (const part of parts) text += lengthPrefixed(part);
  const bytes = namespace.length + Buffer.byteLength(text);
  if (paddedLength(bytes) > scratch.length) {
    scratch = Buffer.alloc(paddedLength(bytes) * 2);
    namespace.copy(scratch);
  }
  // As bytes, half of a surrogate pair is U+FFFD.
  scratch.write(text, namespace.length);
  return uuidOf(sha1(scratch, bytes));
}

/** The first 128 bits, with the version 5 and the variant in their places. */
function uuidOf(words: Readonly<Int32Array>): string {
  const a = words[0] as number;
  const b = words[1] as number;
  const c = words[2] as number;
  const d = words[3] as number;
  const version = (b & 0x0fff) | 0x5000;
  const variant = ((c >>> 16) & 0x3fff) | 0x8000;
  return `${hex(a >>> 16)}${hex(a)}-${hex(b >>> 16)}-${hex(version)}-${hex(variant)}-${hex(c)}${hex(d >>> 16)}${hex(d)}`;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The last sixteen bits of a word. */
function hex(word: number): string {
  return `${hexOfByte[(word >>> 8) & 0xff]}${hexOfByte[word & 0xff]}`;
}

function lengthPrefixed(part: string | number): string {
  const text = String(part);
  return `${Buffer.byteLength(text)}:${text}`;
}

/** The id of an event that its producer did not name. */
export function deriveEventId(tenantId: string, name: string, causeRef: string): EventId {
  return deriveId("event", tenantId, name, causeRef) as EventId;
}

/** The fields that identify a message (decision 3). The template's version is not one of them. */
export interface MessageKey {
  readonly tenantId: string;
  readonly templateName: string;
  readonly userId: string;
  readonly causeRef: string;
  /** The channel's name in labels and topics: `email`. */
  readonly channel: string;
}

/** The id of one message to one person on one channel; every retry, release and replay computes the same one. */
export function deriveMsgId(key: MessageKey): MsgId {
  return deriveId("message", key.tenantId, key.templateName, key.userId, key.causeRef, key.channel) as MsgId;
}

/** The record key of every stage topic: all records of one person share a partition and keep their order. */
export function personKey(tenantId: string, userId: string): string {
  return `${tenantId}/${userId}`;
}

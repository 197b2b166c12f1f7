/** The bounds of an event that intake accepts. */
export interface IntakeLimits {
  /** Bytes of the payload in UTF-8. */
  readonly payloadBytesMax: number;
  /** People in one event; a campaign is an event a person. */
  readonly actorsMax: number;
  /** The most values in a payload, at any depth: objects, lists, texts, numbers. */
  readonly payloadValuesMax: number;
  /** The most levels of nested objects and lists; the payload itself is the first. */
  readonly payloadDepthMax: number;
  /** Bytes of the payload times the number of records of the event: each record carries the payload. */
  readonly fanOutBytesMax: number;
  /** Bytes of an id or a reference in UTF-8. */
  readonly idBytesMax: number;
  /** Characters of a rendered dedupe key. */
  readonly dedupeKeyLengthMax: number;
  /** How far ahead of now an event may expire or wait: a message that waits longer would outlive the record of its decision. */
  readonly horizonMsMax: number;
  /** How far a producer's clock may be ahead. */
  readonly clockAheadMsMax: number;
}

const dayMs = 86_400_000;

/** The limits of every intake; both edges, Kafka and HTTP, use the same. */
export const intakeLimits: IntakeLimits = {
  payloadBytesMax: 256 * 1024,
  payloadValuesMax: 10_000,
  payloadDepthMax: 64,
  fanOutBytesMax: 8 * 1024 * 1024,
  actorsMax: 1_000,
  idBytesMax: 256,
  dedupeKeyLengthMax: 256,
  horizonMsMax: 400 * dayMs,
  clockAheadMsMax: dayMs,
};

/** The bounds of an event that intake accepts. */
export interface IntakeLimits {
  /** Bytes of the payload in UTF-8. */
  readonly payload_bytes_max: number;
  /** People in one event; a campaign is an event a person. */
  readonly actors_max: number;
  /** The most levels of nested objects and lists; the payload itself is the first. */
  readonly payload_depth_max: number;
  /** Bytes of the payload times the number of records of the event: each record carries the payload. */
  readonly fan_out_bytes_max: number;
  /** Bytes of an id or a reference in UTF-8. */
  readonly id_bytes_max: number;
  /** Characters of a rendered dedupe key. */
  readonly dedupe_key_length_max: number;
  /** How far ahead of now an event may expire: a message that waits longer would outlive the record of its decision. */
  readonly horizon_ms_max: number;
  /** How far a producer's clock may be ahead. */
  readonly clock_ahead_ms_max: number;
}

const day_ms = 86_400_000;

/** The limits of every intake; both edges, Kafka and HTTP, use the same. */
export const intakeLimits: IntakeLimits = {
  payload_bytes_max: 256 * 1024,
  payload_depth_max: 64,
  fan_out_bytes_max: 8 * 1024 * 1024,
  actors_max: 1_000,
  id_bytes_max: 256,
  dedupe_key_length_max: 256,
  horizon_ms_max: 400 * day_ms,
  clock_ahead_ms_max: day_ms,
};

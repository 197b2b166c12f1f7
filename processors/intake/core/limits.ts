/** What intake takes, and no more. */
export interface IntakeLimits {
  /** Bytes of the payload in UTF-8. */
  readonly payload_bytes_max: number;
  /** People in one event; a campaign is an event a person. */
  readonly actors_max: number;
  /** Characters of an id, a reference or a rendered dedupe key. */
  readonly id_length_max: number;
  /** How far ahead of now an event may expire: what waits longer would outlive the record of its own decision. */
  readonly horizon_ms_max: number;
  /** How far a producer's clock may be ahead. */
  readonly clock_ahead_ms_max: number;
}

const day_ms = 86_400_000;

export const intakeLimits: IntakeLimits = {
  payload_bytes_max: 256 * 1024,
  actors_max: 1_000,
  id_length_max: 256,
  horizon_ms_max: 400 * day_ms,
  clock_ahead_ms_max: day_ms,
};

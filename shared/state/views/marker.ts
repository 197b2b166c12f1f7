import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

/** Says that a state in Redis may be trusted. It is stored beside that state, so that a wipe removes both. */
export interface Marker {
  /** Random, new at each restoration. */
  readonly epoch: string;
  /** When the materializer last was at the end of the topics, by the clock of Redis. */
  readonly as_of: Instant;
  /**
   * The run of the Redis server that is known to hold the state whole. One that came back from a snapshot has another. Markers
   * of earlier versions name none, and are valid on any.
   */
  readonly server?: string;
}

/** What a read saw beside the state. */
export interface MarkerRead {
  /** The replies to `MGET` of the markers, before and after the state in the same trip. */
  readonly before: unknown;
  readonly after: unknown;
  /** The reply to `TIME` in the same trip. */
  readonly time: unknown;
  /** The identity of the server that answered. */
  readonly server: string;
}

/** The marker in a reply of Redis, or undefined if there is none. */
export function parseMarker(reply: unknown): Marker | undefined {
  return typeof reply === "string" ? (JSON.parse(reply) as Marker) : undefined;
}

/** The reply to `TIME` in ms. */
export function redisInstant(time: unknown): Instant {
  const [seconds, micros] = time as readonly [string, string];
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** Whether the marker vouches for the state on this server. */
export function isOn(marker: Marker, server: string): boolean {
  return marker.server === undefined || marker.server === server;
}

/**
 * How old the oldest of these views is, ms, by the clock of Redis. Throws the retryable `COMMS_STATE_STALE` if a marker is
 * missing, was replaced in between, so that the read may have seen a hole, or is another server's.
 */
export function trustedAge(names: readonly string[], { before, after, time, server }: MarkerRead): number {
  const now = redisInstant(time);
  const ages = names.map((name, index) => {
    const first = markerAt(name, before, index);
    const second = markerAt(name, after, index);
    if (first.epoch !== second.epoch || !isOn(first, server) || !isOn(second, server)) throw stale(name);
    return now - first.as_of;
  });
  return Math.max(0, ...ages);
}

function markerAt(name: string, replies: unknown, index: number): Marker {
  const marker = parseMarker((replies as readonly unknown[])[index]);
  if (marker === undefined) throw stale(name);
  return marker;
}

function stale(name: string): AppError {
  return new AppError("COMMS_STATE_STALE", `The view ${name} is being restored from the log`, { retryable: true });
}

import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

/** Says that a state in Redis may be trusted. It is stored beside that state, so that a wipe removes both. */
export interface Marker {
  /** Random, new at each restoration. */
  readonly epoch: string;
  /** When the materializer last was at the end of the topics. */
  readonly as_of: Instant;
}

/** The marker in a reply of Redis, or undefined if there is none. */
export function parseMarker(reply: unknown): Marker | undefined {
  return typeof reply === "string" ? (JSON.parse(reply) as Marker) : undefined;
}

/**
 * The instant as of which all of these views are current, given their markers from before and after a read. Throws the
 * retryable `COMMS_STATE_STALE` if one is missing, or was replaced in between: then the read may have seen a hole.
 */
export function trustedAsOf(names: readonly string[], before: unknown, after: unknown): Instant {
  const asOf = names.map((name, index) => {
    const first = markerAt(name, before, index);
    const second = markerAt(name, after, index);
    if (first.epoch !== second.epoch) throw stale(name);
    return first.as_of;
  });
  return Math.min(...asOf);
}

function markerAt(name: string, replies: unknown, index: number): Marker {
  const marker = parseMarker((replies as readonly unknown[])[index]);
  if (marker === undefined) throw stale(name);
  return marker;
}

function stale(name: string): AppError {
  return new AppError("COMMS_STATE_STALE", `The view ${name} is being restored from the log`, { retryable: true });
}

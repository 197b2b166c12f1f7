import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

/** Says that a restorable may be trusted. It lies in Redis beside what it speaks of, so that a wipe takes both. */
export interface Marker {
  /** Drawn at each restoration. */
  readonly epoch: string;
  /** When the materializer last stood at the end of the topics. */
  readonly as_of: Instant;
}

/** The marker in a reply of Redis, or undefined where there is none. */
export function parseMarker(reply: unknown): Marker | undefined {
  return typeof reply === "string" ? (JSON.parse(reply) as Marker) : undefined;
}

/**
 * The instant as of which all of these views stood, given their markers from before and after a read. Throws the
 * retryable `COMMS_STATE_STALE` when one is missing, or was made anew in between: then the read may have seen a hole.
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

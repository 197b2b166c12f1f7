import type { Instant } from "../time/instant.ts";

/** The wait of a `Retry-After` header (RFC 9110, 10.2.3: seconds or a date), in ms from now and at most an hour; 0 if unreadable. */
export function retryAfterMs(header: unknown, now: Instant): number {
  if (typeof header !== "string" || header.trim() === "") return 0;
  const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), 3_600_000) : 0;
}

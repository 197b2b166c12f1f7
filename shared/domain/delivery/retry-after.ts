import type { Instant } from "../time/instant.ts";

/** What a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date), ms from now and at most an hour; 0 for nothing readable. */
export function retryAfterMs(header: unknown, now: Instant): number {
  if (typeof header !== "string" || header.trim() === "") return 0;
  const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), 3_600_000) : 0;
}

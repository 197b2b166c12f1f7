import type { Instant } from "../time/instant.ts";

/** The values that a pattern can name: the event's own fields and the payload's variables. */
export interface KeySource {
  readonly causeRef: string;
  /** Within the range of a `Date`, ±8.64e15 ms. */
  readonly occurredAt: Instant;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A filled pattern, or the variables that it lacked. */
export type RenderedKey = { readonly key: string } | { readonly missing: readonly string[] };

/**
 * Fills a pattern such as `BOOKING:{booking_id}:{status}` from the payload (RTR-04, DED-01). `{cause_ref}` is the
 * event's, `{minute}` the UTC minute in which it happened, `2026-11-22T17:57`; both win over a payload variable of the same
 * name. A colon inside a value is written `%3A`, so two different events never give the same key. `missing` names every
 * variable that is absent, or is no string, number or boolean; it never holds a value.
 */
export function renderKey(pattern: string, source: KeySource): RenderedKey {
  const missing: string[] = [];
  const key = pattern.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = valueOf(name, source);
    if (value === undefined) missing.push(name);
    return value ?? "";
  });
  return missing.length > 0 ? { missing } : { key };
}

function valueOf(name: string, { causeRef, occurredAt, payload }: KeySource): string | undefined {
  if (name === "minute") return new Date(occurredAt).toISOString().slice(0, -":00.000Z".length);
  const value = name === "cause_ref" ? causeRef : Object.hasOwn(payload, name) ? payload[name] : undefined;
  const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return plain ? String(value).replace(/[%:]/g, encodeURIComponent) : undefined;
}

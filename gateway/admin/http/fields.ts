import { z } from "zod";
import { isStorableText } from "#shared/domain/event/envelope-issues.ts";

/** A text that a table can be asked for. */
export function text(lengthMax = 256) {
  return z
    .string()
    .min(1, "is empty")
    .max(lengthMax, `has more than ${lengthMax} characters`)
    .refine(isStorableText, "has a control character or half a character in it");
}

/** Rows in a page, from 1 to 200. */
export function pageSize() {
  return z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, "is a number from 1 to 200")
    .default("50")
    .describe("Rows in a page, from 1 to 200")
    .transform(Number);
}

/** `next` of the page before. */
export function cursor() {
  return z.string().max(1_000, "is no cursor").optional().describe("`next` of the page before");
}

/** A time span as `90m`, `24h` or `7d`, in ms. */
export function since(byDefault: string, hoursMax: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,4}[mhd]$/, "is a span such as 90m, 24h or 7d")
    .default(byDefault)
    .transform((span) => Number(span.slice(0, -1)) * (unitMs[span.slice(-1)] ?? 0))
    .refine((ms) => ms <= hoursMax * 3_600_000, `is ${hoursMax}h at most`)
    .describe(`How far back to look: 90m, 24h or 7d; ${hoursMax}h at most`);
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Why something is changed, for the audit. */
export function reason() {
  return text(500).describe("Why, for the audit; no personal data");
}

/** An instant in an answer. */
export const time = z.iso.datetime();

/** An instant as answers write it. */
export function timeText(at: number): string;
export function timeText(at: number | null): string | null;
export function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

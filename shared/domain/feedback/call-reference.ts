import type { Lane, Send } from "#shared/contracts/records.ts";
import type { Instant } from "../time/instant.ts";

/** What one of our calls said of itself, in the provider's own report on it. */
export interface CallReference {
  /** Keyed hash of the address that was sent to. The spelling that a report has may be another. */
  readonly addressHash: string | null;
  /** Which attempt it was; null if the report does not say. */
  readonly attempt: number | null;
  readonly lane: Lane;
  readonly expiresAt: Instant | null;
}

const hashForm = /^v1:[\w-]{1,64}:[0-9a-f]{64}$/;

/** The parameters that the query of a callback address may have besides those that name the message. */
export const callQueryNames = ["attempt", "to", "lane", "expires"] as const;

/** The call in the query of its callback address. It holds no address, and nothing that a log may not. */
export function writeCallQuery(
  { attempt, lane, expires_at }: Pick<Send, "attempt" | "lane" | "expires_at">,
  addressHash: string,
): Readonly<Partial<Record<(typeof callQueryNames)[number], string>>> {
  return {
    attempt: String(attempt),
    ...(addressHash !== "" && { to: addressHash }),
    ...(lane === "BULK" && { lane: "bulk" }),
    ...(expires_at !== null && { expires: String(expires_at) }),
  };
}

/** The call that a query names. What cannot be read counts as not said: the address may be an older release's. */
export function readCallQuery(query: string | null | undefined): CallReference {
  const fields = new URLSearchParams(query ?? "");
  const expires = fields.get("expires");
  const expiresAt = wholeNumber(expires);
  return {
    addressHash: hashOrNull(fields.get("to")),
    // An expiry that cannot be read must not turn into none: then nothing is tried again.
    attempt: expires !== null && expiresAt === null ? null : wholeNumber(fields.get("attempt")),
    lane: fields.get("lane") === "bulk" ? "BULK" : "EXPRESS",
    expiresAt,
  };
}

/** A hash as text for fields that take no colon, such as SES's tags. */
export function hashTag(addressHash: string): string {
  return addressHash.replaceAll(":", ".");
}

/** The hash in such a text; null for any other. */
export function hashInTag(tag: string | null): string | null {
  return hashOrNull(tag === null ? null : tag.replaceAll(".", ":"));
}

function hashOrNull(text: string | null): string | null {
  return text !== null && hashForm.test(text) ? text : null;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

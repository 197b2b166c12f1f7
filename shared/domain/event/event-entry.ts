import type { KnownChannel } from "../message/channel.ts";

/** One event of the catalog: the schema of its payload, and the templates that each role gets. */
export interface EventEntry {
  readonly name: string;
  readonly family: "booking" | "docs" | "payments" | "messaging" | "trust" | "promotions" | "synthetic";
  readonly category: string;
  /** JSON schema (draft 2020-12) of the payload object. */
  readonly payload: object;
  readonly sends: readonly EventSend[];
}

/** One template that an event sends to the people in one role. */
export interface EventSend {
  /** The role of the recipients: buyer, seller, admin. */
  readonly role: string;
  readonly template: string;
  /** The template's category, which may differ from the event's (decision 17). */
  readonly category: string;
  /** Whether the template bypasses preferences and quiet hours (decision 8). */
  readonly critical: boolean;
  readonly channels: readonly KnownChannel[];
  /** `BOOKING:{booking_id}:{status}`: names in braces are payload variables; `{cause_ref}` and `{minute}` also serve. */
  readonly dedupeKey: string;
  /** Digest cadence, or null to send at once. */
  readonly cadence: string | null;
}

/** The event catalog as intake sees it. */
export interface EventCatalog {
  find(name: string): EventEntry | undefined;
  /** Every issue of a payload, a sentence each without the values; empty when it fits. */
  issues(entry: EventEntry, payload: unknown): readonly string[];
}

import type { Event } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What differs from one event of the demo to the next. */
interface EventParts {
  readonly name: string;
  readonly causeRef: string;
  readonly actors: Readonly<Record<string, string>>;
  readonly payload: object;
  readonly expiresAt?: Instant | undefined;
}

interface BookingParties {
  readonly buyer: string;
  readonly seller: string;
}

/** `bookingId` and `causeRef` differ when two events are about the same booking. */
interface BookingOptions {
  readonly causeRef?: string;
  readonly bookingId?: string;
  readonly expiresAt?: Instant;
}

const money = { amount_micros: 245_000_000, currency: "USD" };

/** Writes the events of one run; a sequence numbers them, so that no two are the same. */
export function createEventFactory(run: string) {
  let sequence = 0;
  const next = (kind: string) => `${kind}_${run}_${++sequence}`;
  return {
    booking: (actors: BookingParties, now: Instant, options: BookingOptions = {}): Event => {
      const causeRef = options.causeRef ?? next("bk");
      const payload = bookingPayload(options.bookingId ?? causeRef, now);
      return eventOf(
        { name: "booking.confirmed", causeRef, actors: { ...actors }, payload, expiresAt: options.expiresAt },
        now,
      );
    },
    receipt: (buyer: string, now: Instant, causeRef = next("ch")): Event =>
      eventOf({ name: "payment.charged", causeRef, actors: { buyer }, payload: receiptPayload(causeRef, now) }, now),
    code: (user: string, now: Instant, causeRef = next("req")): Event => {
      const payload = { request_id: causeRef, code: "402913", minutes_valid: 10 };
      return eventOf({ name: "security.code_requested", causeRef, actors: { user }, payload }, now);
    },
    note: (recipient: string, excerpt: string, now: Instant): Event => {
      const causeRef = next("th");
      const payload = notePayload(causeRef, excerpt);
      return eventOf({ name: "message.posted", causeRef, actors: { recipient }, payload }, now);
    },
    promotion: (buyer: string, now: Instant, causeRef = next("ac")): Event =>
      eventOf({ name: "promo.low_balance", causeRef, actors: { buyer }, payload: promotionPayload(causeRef) }, now),
  };
}

export type EventFactory = ReturnType<typeof createEventFactory>;

/** An event as a producer writes it. */
function eventOf({ name, causeRef, actors, payload, expiresAt }: EventParts, now: Instant): Event {
  return {
    event_id: null,
    tenant_id: "default",
    name,
    source: "demo",
    cause_ref: causeRef,
    correlation_id: null,
    occurred_at: now,
    actors: Object.entries(actors).map(([role, user_id]) => ({ role, user_id })),
    payload: JSON.stringify(payload),
    category: null,
    priority: "NORMAL",
    expires_at: expiresAt ?? null,
    send_at: null,
  };
}

function bookingPayload(bookingId: string, now: Instant): object {
  return {
    booking_id: bookingId,
    status: "confirmed",
    listing_title: "Portrait session in the old harbour",
    starts_at: new Date(now + 3 * 86_400_000).toISOString(),
    tz: "America/New_York",
    guests: 2,
    total: money,
    buyer_name: "Inés",
    seller_name: "Harbour Light Studio",
    booking_url: `https://app.example.com/bookings/${bookingId}`,
  };
}

function receiptPayload(chargeId: string, now: Instant): object {
  return {
    charge_id: chargeId,
    amount: money,
    description: "Portrait session in the old harbour",
    charged_at: new Date(now).toISOString(),
    tz: "America/New_York",
    card_last4: "4242",
    receipt_url: `https://app.example.com/receipts/${chargeId}`,
  };
}

function notePayload(threadId: string, excerpt: string): object {
  return {
    thread_id: threadId,
    sender_name: "Harbour Light Studio",
    excerpt,
    thread_url: `https://app.example.com/threads/${threadId}`,
  };
}

function promotionPayload(accountId: string): object {
  return {
    account_id: accountId,
    balance: { amount_micros: 4_500_000, currency: "USD" },
    top_up_url: "https://app.example.com/balance/top-up",
  };
}

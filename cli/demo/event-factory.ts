import type { Event } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

interface Told {
  readonly name: string;
  readonly causeRef: string;
  readonly actors: Readonly<Record<string, string>>;
  readonly payload: object;
  readonly expiresAt?: Instant;
}

interface BookingTold {
  readonly causeRef?: string;
  readonly bookingId?: string;
  readonly expiresAt?: Instant;
}

/** An event as a producer writes it. */
function told({ name, causeRef, actors, payload, expiresAt }: Told, now: Instant): Event {
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
  };
}

/** Writes the events of one run; `sequence` numbers them, so that each is an event of its own. */
export function createEventFactory(run: string) {
  let sequence = 0;
  const next = (kind: string) => `${kind}_${run}_${++sequence}`;
  const money = { amount_micros: 245_000_000, currency: "USD" };
  return {
    /** `bookingId` and `causeRef` differ where two events tell of the same booking. */
    booking: (buyer: string, seller: string, now: Instant, given: BookingTold = {}): Event => {
      const causeRef = given.causeRef ?? next("bk");
      const bookingId = given.bookingId ?? causeRef;
      return told(
        {
          name: "booking.confirmed",
          causeRef,
          actors: { buyer, seller },
          payload: {
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
          },
          ...(given.expiresAt === undefined ? {} : { expiresAt: given.expiresAt }),
        },
        now,
      );
    },
    receipt: (buyer: string, now: Instant, causeRef = next("ch")): Event =>
      told(
        {
          name: "payment.charged",
          causeRef,
          actors: { buyer },
          payload: {
            charge_id: causeRef,
            amount: money,
            description: "Portrait session in the old harbour",
            charged_at: new Date(now).toISOString(),
            tz: "America/New_York",
            card_last4: "4242",
            receipt_url: `https://app.example.com/receipts/${causeRef}`,
          },
        },
        now,
      ),
    code: (user: string, now: Instant, causeRef = next("req")): Event =>
      told(
        {
          name: "security.code_requested",
          causeRef,
          actors: { user },
          payload: { request_id: causeRef, code: "402913", minutes_valid: 10 },
        },
        now,
      ),
    note: (recipient: string, excerpt: string, now: Instant, causeRef = next("th")): Event =>
      told(
        {
          name: "message.posted",
          causeRef,
          actors: { recipient },
          payload: {
            thread_id: causeRef,
            sender_name: "Harbour Light Studio",
            excerpt,
            thread_url: `https://app.example.com/threads/${causeRef}`,
          },
        },
        now,
      ),
    promotion: (buyer: string, now: Instant, causeRef = next("ac")): Event =>
      told(
        {
          name: "promo.low_balance",
          causeRef,
          actors: { buyer },
          payload: {
            account_id: causeRef,
            balance: { amount_micros: 4_500_000, currency: "USD" },
            top_up_url: "https://app.example.com/balance/top-up",
          },
        },
        now,
      ),
  };
}

export type EventFactory = ReturnType<typeof createEventFactory>;

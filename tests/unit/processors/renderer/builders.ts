import type { Routed, Template } from "#shared/contracts/records.ts";
import { variablesSchema } from "#shared/domain/template/variables.ts";

export function routed(change: Partial<Routed> = {}): Routed {
  return {
    event_id: "e1",
    occurred_at: 1_000,
    recorded_at: 2_000,
    tenant_id: "default",
    user_id: "ada",
    msg_id: "0b1f0c1e-0000-5000-8000-000000000001",
    correlation_id: "c1",
    causation_id: "a1",
    channel: "SMS",
    cause_event: "booking.confirmed",
    cause_ref: "bk_1",
    template_name: "greeting",
    template_version: 1,
    category: "booking",
    critical: false,
    lane: "EXPRESS",
    locale: "en-US",
    dedupe_key: "BOOKING:bk_1:confirmed",
    address_hash: "v1:k1:00",
    payload: JSON.stringify({ name: "Inés", total: { amount_micros: 5_000_000, currency: "USD" } }),
    expires_at: 9_000_000,
    round: 0,
    received_at: 900,
    ...change,
  };
}

export function template(change: Partial<Template> = {}): Template {
  const variables = variablesSchema({
    name: { type: "string", description: "Who", example: "Inés", required: true },
    total: { type: "money", description: "How much", example: {}, required: false },
    tz: { type: "timezone", description: "Where", example: "UTC", required: false },
  });
  return {
    template_id: "t1",
    name: "greeting",
    version: 1,
    channel: "SMS",
    locale: "en-US",
    category: "booking",
    critical: false,
    tracking: true,
    active: true,
    published_at: 0,
    content_hash: "h1",
    variables: JSON.stringify(variables),
    subject: null,
    html: null,
    text: "Hello {{ name }}{% if total %}, {{ total | money }}{% endif %}{% if tz %}{{ '2027-01-01T00:00:00Z' | date: tz }}{% endif %}",
    data: null,
    ...change,
  };
}

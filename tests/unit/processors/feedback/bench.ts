import type { KnownMessage } from "#processors/feedback/core/message.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Feedback, ProviderEvent } from "#shared/contracts/records.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { createSubjectSeal } from "#shared/platform/crypto/subject-seal.ts";

export const now = Date.UTC(2026, 0, 5, 12);
const peppers = { current: "k1", peppers: { k1: "a pepper of some length" } };
export const hasher = createAddressHasher(peppers);
export const subjects = createSubjectSeal(peppers);
export const annaHash = hasher.hash("EMAIL", "anna@example.com");

export const message: KnownMessage = {
  msg_id: "m-1",
  tenant_id: "acme",
  user_id: "anna",
  event_id: "e-1",
  correlation_id: "c-1",
  cause_event: "booking.confirmed",
  cause_ref: "bk-1",
  template_name: "booking_confirmed_buyer",
  template_version: 3,
  category: "booking",
  locale: "es-US",
  dedupe_key: "BOOKING:bk-1:confirmed",
  artifact_ref: "renders/1",
  content_hash: "abc",
  critical: false,
  queued_at: now - 59_000,
  provider: "ses",
  provider_ref: "0100019b8c0-ses-1",
  created_at: now - 60_000,
};

export function providerEvent(body: string | object, more: Partial<ProviderEvent> = {}): ProviderEvent {
  return {
    provider_event_id: "p-1",
    tenant_id: "default",
    provider: "ses",
    received_at: now,
    content_type: "text/plain",
    msg_id: null,
    query: null,
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    ...more,
  };
}

export function feedback(more: Partial<Feedback> = {}): Feedback {
  return {
    event_id: "e-1",
    occurred_at: now - 60_000,
    recorded_at: now - 5,
    tenant_id: "acme",
    user_id: "anna",
    msg_id: "m-1",
    correlation_id: "c-1",
    causation_id: "x-1",
    feedback_id: "f-1",
    channel: "EMAIL",
    cause_event: "booking.confirmed",
    cause_ref: "bk-1",
    template_name: "booking_confirmed_buyer",
    template_version: 3,
    category: "booking",
    locale: "es-US",
    dedupe_key: "BOOKING:bk-1:confirmed",
    status: "SENT",
    origin: "SENDER",
    attempt: 1,
    provider: "ses",
    provider_ref: "ses-1",
    address_hash: annaHash,
    reason: null,
    provider_code: null,
    detail: "",
    suppress: null,
    ambiguous: false,
    artifact_ref: null,
    cost_micros: null,
    currency: null,
    queued_at: null,
    ...more,
  };
}

export function received(
  topic: "comms.provider-events",
  value: ProviderEvent,
  headers: Record<string, Buffer> = {},
): DecodedRecord<ProviderEvent> {
  const origin = {
    topic,
    partition: 0,
    offset: 0,
    key: Buffer.from("k"),
    value: Buffer.from("the very bytes"),
    headers,
    timestamp: now,
  };
  return { topic, value, origin };
}

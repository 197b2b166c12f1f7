import type { Decision, Feedback, Rendered } from "#shared/contracts/records.ts";

const head = {
  event_id: "e-1",
  occurred_at: 0,
  recorded_at: 1_000,
  tenant_id: "acme",
  user_id: "anna",
  msg_id: "m-1",
  correlation_id: "c-1",
  causation_id: "x-1",
  channel: "EMAIL",
  cause_event: "booking.confirmed",
  cause_ref: "bk-1",
  template_name: "booking_confirmed_buyer",
  template_version: 3,
  category: "booking",
  locale: "es-US",
  dedupe_key: "BOOKING:bk-1:confirmed",
} as const;

export function aDecision(change: Partial<Decision> = {}): Decision {
  return {
    ...head,
    decision_id: "d-1",
    stage: "router",
    round: 0,
    critical: true,
    gate: "caps",
    verdict: "DEFER",
    reason: "COMMS_QUIET_HOURS",
    due_at: 5_000,
    trace: [],
    ...change,
  };
}

export function aFeedback(change: Partial<Feedback> = {}): Feedback {
  return {
    ...head,
    feedback_id: "f-1",
    status: "SENT",
    origin: "SENDER",
    attempt: 2,
    provider: "ses",
    provider_ref: "ref-1",
    address_hash: null,
    reason: null,
    provider_code: null,
    detail: "",
    suppress: null,
    ambiguous: false,
    artifact_ref: null,
    cost_micros: null,
    currency: null,
    queued_at: null,
    ...change,
  };
}

export function aRendered(change: Partial<Rendered> = {}): Rendered {
  return { ...head, artifact_ref: "acme/m-1/abc", content_hash: "abc", ...change } as Rendered;
}

import type { ExplainedDecision, ExplainedMessage } from "#shared/domain/explanation/explained-message.ts";

export function anExplained(change: Partial<ExplainedMessage> = {}): ExplainedMessage {
  return {
    msgId: "m",
    channel: "email",
    template: "booking_confirmed_buyer",
    version: 1,
    locale: "en-US",
    status: "delivered",
    reason: null,
    dueAt: null,
    provider: "ses",
    providerRef: "r",
    attempts: 1,
    lastErrorCode: null,
    causeEvent: "booking.confirmed",
    causeRef: "bk_1",
    createdAt: 0,
    occurredAt: null,
    queuedAt: null,
    sentAt: null,
    deliveredAt: null,
    decisions: [],
    ...change,
  };
}

export function anExplainedDecision(change: Partial<ExplainedDecision> = {}): ExplainedDecision {
  return {
    stage: "router",
    recordedAt: 0,
    gate: "end",
    verdict: "pass",
    reason: null,
    dueAt: null,
    trace: [],
    ...change,
  };
}

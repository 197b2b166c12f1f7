import type { Decision, DigestItem } from "#shared/contracts/records.ts";
import type { CancelledCause } from "#shared/domain/cancellation/cancellation.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { messageSubject, recordHead } from "#shared/domain/message/record-head.ts";
import { traceOf } from "#shared/domain/policy/gate-result.ts";
import { cancellation } from "#shared/domain/policy/gates/cancellation.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { DigestWindow } from "./window.ts";

/** An item that has left its window, with the cancellation of its cause. */
export interface CancelledItem
  extends Pick<
    DigestItem,
    | "item_id"
    | "event_id"
    | "occurred_at"
    | "msg_id"
    | "correlation_id"
    | "channel"
    | "cause_event"
    | "cause_ref"
    | "template_name"
    | "category"
    | "received_at"
  > {
  readonly cancellation: CancelledCause;
}

/** The decision on the message of such an item: it ends as cancelled. An item knows neither version, locale nor dedupe key. */
export function cancelledDecision(item: CancelledItem, window: DigestWindow, now: Instant): Decision {
  const { msg_id, item_id } = item;
  const origin = { ...item, tenant_id: window.tenantId, user_id: window.userId };
  const result = cancellation({ receivedAt: item.received_at }, item.cancellation);
  return {
    ...recordHead(origin, { msgId: msg_id, causationId: item_id, recordedAt: now }),
    ...messageSubject({ ...item, template_version: 0, locale: "", dedupe_key: "" }),
    decision_id: deriveId("decision", msg_id, "digest", window.windowId),
    stage: "digest",
    round: 0,
    critical: false,
    gate: "cancellation",
    verdict: "DROP",
    reason: "COMMS_CANCELLED",
    due_at: null,
    trace: [traceOf(["cancellation", result])],
  };
}

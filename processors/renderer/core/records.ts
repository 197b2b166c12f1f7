import type { Output } from "#shared/contracts/output.ts";
import type { Decision, Rendered, Routed, Send } from "#shared/contracts/records.ts";
import { laneTopic, type TopicName } from "#shared/contracts/topics.ts";
import type { ArtifactReceipt } from "#shared/domain/message/artifact-receipt.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveId, personKey } from "#shared/domain/message/id.ts";
import { messageSubject, recordHead } from "#shared/domain/message/record-head.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { RenderRefusal } from "./render.ts";

/** The records of a message whose content is stored: the rendered record, and the order to the channel's sender. */
export function sendOutputs(routed: Routed, receipt: ArtifactReceipt, now: Instant): readonly Output[] {
  const key = personKey(routed.tenant_id, routed.user_id);
  const topic = laneTopic(`comms.send.${channelName(routed.channel)}` as TopicName, routed.lane);
  return [
    { topic: "comms.rendered", key, value: renderedOf(routed, receipt, now) },
    { topic, key, value: sendOf(routed, receipt, now) } as Output,
  ];
}

/** The decision that drops a message which cannot be rendered. */
export function refusalOutputs(routed: Routed, refusal: RenderRefusal, now: Instant): readonly Output[] {
  const { gate, reason, detail } = refusal;
  const verdict = "DROP";
  const decision: Decision = {
    ...headOf(routed, now),
    decision_id: deriveId("decision", routed.msg_id, "renderer", routed.round),
    stage: "renderer",
    round: routed.round,
    critical: routed.critical,
    gate,
    verdict,
    reason,
    due_at: null,
    trace: [{ gate, verdict, reason, detail }],
  };
  return [{ topic: "comms.decisions", key: personKey(routed.tenant_id, routed.user_id), value: decision }];
}

function renderedOf(routed: Routed, receipt: ArtifactReceipt, now: Instant): Rendered {
  return {
    ...headOf(routed, now),
    artifact_ref: receipt.ref,
    content_hash: receipt.hash,
    content_bytes: receipt.bytes,
  };
}

function sendOf(routed: Routed, receipt: ArtifactReceipt, now: Instant): Send {
  return {
    ...headOf(routed, now),
    critical: routed.critical,
    lane: routed.lane,
    address_hash: routed.address_hash,
    artifact_ref: receipt.ref,
    content_hash: receipt.hash,
    reopens: null,
    attempt: 1,
    queued_at: now,
    expires_at: routed.expires_at,
    received_at: routed.received_at,
  };
}

/** The fields that every record about the message begins with. Its cause is the router's decision. */
function headOf(routed: Routed, now: Instant) {
  const causationId = deriveId("decision", routed.msg_id, "router", routed.round);
  return { ...recordHead(routed, { msgId: routed.msg_id, causationId, recordedAt: now }), ...messageSubject(routed) };
}

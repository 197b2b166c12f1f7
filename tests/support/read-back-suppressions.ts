import type { Output } from "#shared/contracts/output.ts";
import type { Feedback, Suppression } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";

/** Reason, origin and scope by the value of `Feedback.suppress`, as they have been on the log since the first release. */
const listed: Readonly<Record<string, readonly [Suppression["reason"], Suppression["origin"], string]>> = {
  hard_bounce: ["HARD_BOUNCE", "PROVIDER", "all"],
  complaint: ["COMPLAINT", "RECIPIENT", "all"],
  unsubscribe: ["UNSUBSCRIBE", "RECIPIENT", "stream:marketing"],
  stop: ["STOP", "RECIPIENT", "all"],
};

/** The entries that a reader of `comms.feedback` made of each report there, while feedback still read that topic. */
export function readBackSuppressions(outputs: readonly Output[]): readonly Output[] {
  return outputs.flatMap((output): readonly Output[] => {
    if (output.topic !== "comms.feedback" || !("value" in output)) return [];
    const { suppress, address_hash, tenant_id, channel, msg_id, recorded_at, feedback_id } = output.value as Feedback;
    const entry = new Map(Object.entries(listed)).get(suppress ?? "");
    if (entry === undefined || address_hash === null) return [];
    const [reason, origin, scope] = entry;
    const key = `${tenant_id}/${channel}/${address_hash}/${reason}/${origin}/${scope}`;
    const suppression_id = deriveId("suppression", key);
    const about = { tenant_id, channel, address_hash, reason, origin, scope };
    return [
      {
        topic: "comms.suppression",
        key,
        value: { suppression_id, ...about, created_at: recorded_at, msg_id, evidence: feedback_id },
      },
    ];
  });
}

/** The entries among outputs; a tombstone is none. */
export function suppressionsIn(outputs: readonly Output[]): readonly Output[] {
  return outputs.filter((output) => output.topic === "comms.suppression" && "value" in output && output.value !== null);
}

/** The channels whose senders have topics of orders, by name. Each has an express and a bulk topic. */
export const sendChannels = ["email", "push", "sms", "inapp", "whatsapp"] as const;

/** The topics of orders to one channel's sender. */
type SendTopic = `comms.send.${(typeof sendChannels)[number]}${"" | ".bulk"}`;

const sendTopics = Object.fromEntries(
  sendChannels
    .flatMap((channel) => [`comms.send.${channel}`, `comms.send.${channel}.bulk`])
    .map((name) => [name, "Send"]),
) as Readonly<Record<SendTopic, "Send">>;

/**
 * Topic names without prefix, and the record type of each. `schemas/topics/<topic>.yaml` holds the rest of a topic's
 * contract (owner, key, partitions, retention, compaction, compatibility, examples), `send.yaml` and `send.bulk.yaml` that
 * of every channel's orders; a test compares them.
 */
export const topicRecords = {
  "comms.events": "Event",
  "comms.events.bulk": "Event",
  "comms.rejected": "Rejected",
  "comms.accepted": "Accepted",
  "comms.accepted.bulk": "Accepted",
  "comms.routed": "Routed",
  "comms.routed.bulk": "Routed",
  "comms.decisions": "Decision",
  "comms.rendered": "Rendered",
  ...sendTopics,
  "comms.attempts": "AttemptBatch",
  "comms.schedule": "ScheduleItem",
  "comms.digest": "DigestItem",
  "comms.provider-events": "ProviderEvent",
  "comms.feedback": "Feedback",
  "comms.suppression": "Suppression",
  "comms.profiles": "Profile",
  "comms.preferences": "Preference",
  "comms.consents": "Consent",
  "comms.flags": "Flag",
  "comms.tokens": "Token",
  "comms.templates": "Template",
  "comms.fuses": "Fuse",
  "comms.cancellations": "Cancellation",
  "comms.audit-heads": "AuditHead",
} as const;

/** A topic without prefix; dead-letter topics are named by `deadLetterTopic`. */
export type TopicName = keyof typeof topicRecords;

/** The Avro record on a topic. */
export type TopicRecordName<Topic extends TopicName> = (typeof topicRecords)[Topic];

/** The consumer groups, one a processor. */
export const stages = [
  "intake",
  "router",
  "renderer",
  "email-sender",
  "push-sender",
  "sms-sender",
  "inapp-sender",
  "feedback",
  "digest",
  "scheduler",
  "materializer",
  "projector",
] as const;

/** One of `stages`. */
export type Stage = (typeof stages)[number];

/** The consumer group of a stage. */
export function groupOf(stage: string): string {
  return `comms.${stage}`;
}

/** The dead-letter topic of a stage. */
export function deadLetterTopic(stage: string): string {
  return `comms.${stage}.dlq`;
}

/** The compacted topics: the last record of a key binds, and a tombstone removes what its key names. A test compares them with the contracts. */
export const compactedTopics = [
  "comms.suppression",
  "comms.profiles",
  "comms.preferences",
  "comms.consents",
  "comms.flags",
  "comms.tokens",
  "comms.templates",
  "comms.fuses",
  "comms.cancellations",
] as const satisfies readonly TopicName[];

/** One of `compactedTopics`. */
export type CompactedTopic = (typeof compactedTopics)[number];

/** Whether a topic, named without prefix, is compacted. */
export function isCompactedTopic(topic: string): topic is CompactedTopic {
  return compactedTopics.some((one) => one === topic);
}

/** What stages read whole, or from where they were, into a state of their own: no group commits there. */
const stagesWithoutGroup: Readonly<Record<string, readonly string[] | "all">> = {
  "comms.templates": "all",
  "comms.decisions": ["materializer"],
  "comms.feedback": ["materializer"],
  "comms.attempts": ["materializer"],
  // The projector looks up the records that other groups have left out.
  ...Object.fromEntries(
    [
      ...["comms.events", "comms.accepted", "comms.routed"].flatMap((topic) => [topic, `${topic}.bulk`]),
      ...Object.keys(sendTopics),
      "comms.schedule",
      "comms.digest",
    ].map((topic) => [topic, ["projector"]]),
  ),
};

/** Whether a stage that its contract names as a consumer of a topic, both without prefix, reads it as a member of its group. */
export function readsInGroup(stage: string, topic: string): boolean {
  const without = stagesWithoutGroup[topic];
  return without !== "all" && without?.includes(stage) !== true;
}

/**
 * Topics whose values others choose: product teams, the identity service, operators, and the providers whose webhooks the
 * gateway passes on. Their dead letters are somebody else's fault. A test compares the list with the topics' contracts.
 */
const foreignTopics: ReadonlySet<string> = new Set<TopicName>([
  "comms.events",
  "comms.events.bulk",
  "comms.provider-events",
  "comms.suppression",
  "comms.profiles",
  "comms.preferences",
  "comms.consents",
  "comms.flags",
  "comms.tokens",
  "comms.templates",
]);

/** Whether others choose the values on a topic, named without prefix. A dead letter of it is not the fault of a stage of ours. */
export function isForeignTopic(topic: string): boolean {
  return foreignTopics.has(topic);
}

/**
 * Whether clients that are not ours write to a topic, named without prefix. The gateway alone writes `comms.provider-events`:
 * a provider chooses the values there, and not the schema.
 */
export function hasForeignWriters(topic: string): boolean {
  return isForeignTopic(topic) && topic !== "comms.provider-events";
}

const cloudEventTopics: ReadonlySet<string> = new Set<TopicName>([
  "comms.events",
  "comms.events.bulk",
  "comms.rejected",
  "comms.decisions",
  "comms.feedback",
]);

/**
 * Whether records on a topic, named without prefix, carry all headers of CloudEvents: those that others read do. A test compares
 * the list with the topics' contracts.
 */
export function hasCloudEventHeaders(topic: string): boolean {
  return cloudEventTopics.has(topic);
}

const topicsOfOneStage: ReadonlySet<string> = new Set<TopicName>([
  "comms.rejected",
  "comms.routed",
  "comms.routed.bulk",
  "comms.rendered",
  "comms.digest",
]);

/** Whether one stage alone writes a topic, named without prefix. A test compares the list with the topics' contracts. */
export function hasOneStage(topic: string): boolean {
  return topicsOfOneStage.has(topic);
}

/** The topic of a lane: the bulk twin of a stage topic, or the topic itself. */
export function laneTopic(topic: TopicName, lane: string): TopicName {
  const twin = `${topic}.bulk`;
  return lane === "BULK" && twin in topicRecords ? (twin as TopicName) : topic;
}

/** The channel whose sender takes its orders from a topic: `sms` of `comms.send.sms.bulk`. Undefined for other topics. */
export function sendChannelOf(topic: string): (typeof sendChannels)[number] | undefined {
  return sendChannels.find((channel) => topic === `comms.send.${channel}` || topic === `comms.send.${channel}.bulk`);
}

import { groupOf, type Stage, sendChannels, stages, type TopicName } from "#shared/contracts/topics.ts";

/** One stage on the way of a message, whose every record must leave a trace that the projector reads. */
export interface Hop {
  readonly stage: Stage;
  /** Without prefix. None is compacted: an offset without a record would look like a record that nobody handled. */
  readonly topics: readonly TopicName[];
  /** Whose books must have reached what this stage wrote before it may be said that a record left no trace. */
  readonly after: readonly Stage[];
}

const senders = sendChannels
  .map((channel) => ({ channel, stage: stages.find((stage) => stage === `${channel}-sender`) }))
  .flatMap(({ channel, stage }): readonly Hop[] => {
    const topics = [`comms.send.${channel}`, `comms.send.${channel}.bulk`] as const;
    return stage === undefined ? [] : [{ stage, topics, after: ["projector"] }];
  });

/**
 * The hops whose books are kept, from the last to the first: a record that was left out at one of them says that the hop
 * before it did its work. The projector marks what it, the scheduler and the digest have stored by themselves; the trace of the others is the
 * header of what they wrote (`source.ts`).
 */
export const hops: readonly Hop[] = [
  { stage: "projector", topics: ["comms.decisions", "comms.rendered", "comms.feedback", "comms.rejected"], after: [] },
  { stage: "scheduler", topics: ["comms.schedule"], after: [] },
  { stage: "digest", topics: ["comms.digest"], after: [] },
  ...senders,
  { stage: "renderer", topics: ["comms.routed", "comms.routed.bulk"], after: ["projector"] },
  { stage: "router", topics: ["comms.accepted", "comms.accepted.bulk"], after: ["projector"] },
  { stage: "intake", topics: ["comms.events", "comms.events.bulk"], after: ["router", "projector"] },
];

/** The hop of a stage. Throws for a stage that has none. */
export function hopOf(stage: Stage): Hop {
  const found = hops.find((hop) => hop.stage === stage);
  if (found === undefined) throw new RangeError(`${stage} is no stage whose books are kept`);
  return found;
}

/** Every topic whose books are kept, with the group that reads it. */
export const bookedGroups: readonly { readonly group: string; readonly topic: TopicName }[] = hops.flatMap(
  ({ stage, topics }) => topics.map((topic) => ({ group: groupOf(stage), topic })),
);

const bookedTopics: ReadonlySet<string> = new Set(bookedGroups.map(({ topic }) => topic));

/** Whether each record on a topic, named without prefix, is looked for in the books. */
export function isBooked(topic: string): topic is TopicName {
  return bookedTopics.has(topic);
}

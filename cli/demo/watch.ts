import type { InRecord } from "#shared/contracts/log-record.ts";
import type {
  Accepted,
  Decision,
  Event,
  Feedback,
  Rejected,
  Rendered,
  Suppression,
  Verdict,
} from "#shared/contracts/records.ts";
import { deadLetterTopic, stages, type TopicName } from "#shared/contracts/topics.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Platform } from "#shared/runtime/platform.ts";

/** The topics that tell the whole story of a message. */
const watched = [
  "comms.events",
  "comms.events.bulk",
  "comms.rejected",
  "comms.accepted",
  "comms.accepted.bulk",
  "comms.decisions",
  "comms.rendered",
  "comms.feedback",
  "comms.suppression",
] as const satisfies readonly TopicName[];

const deadLetterTopics: readonly string[] = stages.map(deadLetterTopic);

interface Seen {
  readonly events: Event[];
  readonly rejected: Rejected[];
  readonly accepted: Accepted[];
  readonly decisions: Decision[];
  readonly rendered: Rendered[];
  readonly feedback: Feedback[];
  readonly suppressions: Suppression[];
  /** The topic of each dead letter. */
  readonly deadLetters: string[];
}

/** Everything that the topics have told since the watch began. */
export interface Watch extends Seen {
  /** Resolves once `what` holds, which is asked at every record; rejects after `ms` with `waitingFor`. */
  until(what: () => boolean, waitingFor: string, ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Begins to watch at the end of the topics. `tell` is called with one line for every step of a message. */
export async function startWatch(platform: Platform, run: string, tell: (line: string) => void): Promise<Watch> {
  const seen: Seen = {
    events: [],
    rejected: [],
    accepted: [],
    decisions: [],
    rendered: [],
    feedback: [],
    suppressions: [],
    deadLetters: [],
  };
  const waiting = new Set<() => void>();
  const codec = platform.codec();
  const joined = Promise.withResolvers<void>();
  const consumer = await platform.log().consumer({
    groupId: `${platform.prefix}comms.demo.${run}`,
    topics: [...watched, ...deadLetterTopics].map((topic) => platform.prefix + topic),
    from: "latest",
  });
  await consumer.start({
    assigned: () => joined.resolve(),
    revoking: () => {},
    crashed: (error) => joined.reject(error),
    records: (records) => {
      for (const record of records) {
        const line = take(seen, record, platform.prefix, codec);
        if (line !== undefined) tell(line);
      }
      consumer.progress();
      for (const check of waiting) check();
    },
  });
  await joined.promise;
  return {
    ...seen,
    until: (what, waitingFor, ms) => until(waiting, what, waitingFor, ms),
    close: () => consumer.close(),
  };
}

function until(waiting: Set<() => void>, what: () => boolean, waitingFor: string, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error(`Waited ${ms / 1000} s in vain for ${waitingFor}`))),
      ms,
    );
    const check = (): void => {
      if (what()) finish(resolve);
    };
    function finish(settle: () => void): void {
      clearTimeout(timer);
      waiting.delete(check);
      settle();
    }
    waiting.add(check);
    check();
  });
}

/** Keeps a record, and gives the line that tells of it. */
function take(seen: Seen, record: InRecord, prefix: string, codec: Codec): string | undefined {
  const topic = record.topic.slice(prefix.length) as (typeof watched)[number];
  if (deadLetterTopics.includes(topic)) return keep(seen.deadLetters, topic, () => `set aside  ${topic}`);
  if (record.value === null) return undefined;
  const value = codec.decode(topic, record.value);
  switch (topic) {
    case "comms.events":
    case "comms.events.bulk":
      return keep(seen.events, value as Event, (event) => `event      ${event.name} ${event.cause_ref}`);
    case "comms.rejected":
      return keep(seen.rejected, value as Rejected, (one) => `rejected   ${one.event_name}: ${one.reason}`);
    case "comms.accepted":
    case "comms.accepted.bulk":
      return keep(seen.accepted, value as Accepted, (one) => `accepted   ${one.template_name} for ${one.user_id}`);
    case "comms.decisions":
      return keep(seen.decisions, value as Decision, decisionLine);
    case "comms.rendered":
      return keep(
        seen.rendered,
        value as Rendered,
        (one) => `rendered   ${one.template_name} ${one.locale} ${channelName(one.channel)}`,
      );
    case "comms.feedback":
      return keep(seen.feedback, value as Feedback, (one) =>
        isNews(seen.feedback, one) ? feedbackLine(one) : undefined,
      );
    case "comms.suppression":
      return keep(
        seen.suppressions,
        value as Suppression,
        (one) => `suppressed ${channelName(one.channel)} address: ${one.reason.toLowerCase()}`,
      );
  }
}

function keep<T>(list: T[], value: T, line: (value: T) => string | undefined): string | undefined {
  list.push(value);
  return line(value);
}

/** A sender and its provider may both tell that a message was sent: one line for the two. */
function isNews(told: readonly Feedback[], one: Feedback): boolean {
  return !told.some((other) => other !== one && other.msg_id === one.msg_id && other.status === one.status);
}

const verdicts: Partial<Readonly<Record<Verdict, string>>> = {
  PASS: "yes",
  BYPASS: "yes",
  DEFER: "later",
  HOLD: "later",
  DIGEST: "later",
};

function decisionLine({ verdict, channel, template_name, user_id, reason }: Decision): string {
  return `${(verdicts[verdict] ?? "no").padEnd(10)} ${channelName(channel)} ${template_name} for ${user_id}${reason ? `: ${reason}` : ""}`;
}

function feedbackLine({ status, channel, provider, user_id }: Feedback): string {
  return `${status.toLowerCase().padEnd(10)} ${channelName(channel)} to ${user_id}${provider ? ` by ${provider}` : ""}`;
}

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
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";

/** The topics that every step of a message is on. */
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

interface SeenRecords {
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

/** Every record that came on the topics since the watch began. */
export interface Watch extends SeenRecords {
  /** Resolves once the condition holds, which is checked at every record; rejects after `ms` with its description. */
  until(condition: () => boolean, description: string, ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Begins to watch at the end of the topics. `onLine` is called with one line for every step of a message. */
export async function startWatch(
  platform: ProcessContext,
  run: string,
  onLine: (line: string) => void,
): Promise<Watch> {
  const records = noRecords();
  const checks = new Set<() => void>();
  const decode = decoder(platform.prefix, platform.codec());
  const joined = Promise.withResolvers<void>();
  const groupId = `${platform.prefix}${demoGroups}${run}`;
  await removeIdleGroups(platform);
  const consumer = await platform.log().consumer({
    groupId,
    topics: [...watched, ...deadLetterTopics].map((topic) => platform.prefix + topic),
    from: "latest",
  });
  await consumer.start({
    assigned: () => joined.resolve(),
    revoking: () => {},
    crashed: (error) => joined.reject(error),
    records: (batch) => {
      for (const record of batch) {
        const line = keepRecord(records, decode(record));
        if (line !== undefined) onLine(line);
      }
      consumer.progress();
      for (const check of checks) check();
    },
  });
  await joined.promise;
  return {
    ...records,
    until: (condition, description, ms) => until(checks, condition, { description, ms }),
    close: async () => {
      await consumer.close();
      await removeIdleGroups(platform);
    },
  };
}

/** A demo's group begins so. */
const demoGroups = "comms.demo.";

/** Removes the groups of demos that have ended, those that were killed included. What the broker refuses stays: it is no harm. */
async function removeIdleGroups(platform: ProcessContext): Promise<void> {
  const groups = await platform
    .log()
    .groups(platform.prefix + demoGroups)
    .catch(() => new Map<string, number>());
  const idle = [...groups].filter(([, members]) => members === 0).map(([id]) => id);
  await platform
    .log()
    .removeGroups(idle)
    .catch(() => undefined);
}

interface Wait {
  readonly description: string;
  readonly ms: number;
}

function until(checks: Set<() => void>, condition: () => boolean, { description, ms }: Wait): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error(`Waited ${ms / 1000} s in vain for ${description}`))),
      ms,
    );
    const check = (): void => {
      if (condition()) finish(resolve);
    };
    function finish(complete: () => void): void {
      clearTimeout(timer);
      checks.delete(check);
      complete();
    }
    checks.add(check);
    check();
  });
}

function noRecords(): SeenRecords {
  return {
    events: [],
    rejected: [],
    accepted: [],
    decisions: [],
    rendered: [],
    feedback: [],
    suppressions: [],
    deadLetters: [],
  };
}

interface WatchedRecord {
  readonly topic: (typeof watched)[number];
  /** Undefined for a tombstone and for a dead letter, whose bytes may be undecodable. */
  readonly value: unknown;
}

function decoder(prefix: string, codec: Codec): (record: InRecord) => WatchedRecord {
  return ({ topic: name, value }) => {
    const topic = name.slice(prefix.length) as (typeof watched)[number];
    const isOpaque = value === null || deadLetterTopics.includes(topic);
    return { topic, value: isOpaque ? undefined : codec.decode(topic, value) };
  };
}

/** Keeps a record and returns the line that describes it. */
function keepRecord(seen: SeenRecords, { topic, value }: WatchedRecord): string | undefined {
  if (deadLetterTopics.includes(topic)) return keep(seen.deadLetters, topic, () => `set aside  ${topic}`);
  if (value === undefined) return undefined;
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

/** Returns false for a status that was reported before: a sender and its provider may both report SENT. */
function isNews(reports: readonly Feedback[], one: Feedback): boolean {
  return !reports.some((other) => other !== one && other.msg_id === one.msg_id && other.status === one.status);
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

import type { Accepted, Decision, Event, Feedback, Rejected } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";

/** What the topics hold of one run. The same record may be there more than once: every id is derived. */
export interface RunRecords {
  readonly events: readonly Event[];
  readonly accepted: readonly Accepted[];
  readonly decisions: readonly Decision[];
  readonly feedback: readonly Feedback[];
  readonly rejected: readonly Rejected[];
  /** The topic of each dead letter. */
  readonly deadLetters: readonly string[];
}

/** How every message of a run ended; `messages` is the sum of all that follows it, `duplicates` aside. */
export interface Tally {
  readonly events: number;
  readonly messages: number;
  readonly sent: Readonly<Record<string, number>>;
  readonly blocked: Readonly<Record<string, number>>;
  readonly deferred: number;
  readonly digested: number;
  readonly expired: number;
  readonly failed: number;
  readonly in_flight: number;
}

/**
 * What of these records is about the people of one run. A run that was interrupted leaves messages under way, and they come
 * while the next one watches. Dead letters are kept: nobody can say whose they are.
 */
export function recordsOfRun(records: RunRecords, userIds: ReadonlySet<string>): RunRecords {
  const events = records.events.filter(({ actors }) => actors.some(({ user_id }) => userIds.has(user_id)));
  const causes = new Set(events.map(({ cause_ref }) => cause_ref));
  const isOurs = ({ user_id }: { readonly user_id: string }) => userIds.has(user_id);
  return {
    events,
    accepted: records.accepted.filter(isOurs),
    decisions: records.decisions.filter(isOurs),
    feedback: records.feedback.filter(isOurs),
    rejected: records.rejected.filter(({ cause_ref }) => cause_ref !== null && causes.has(cause_ref)),
    deadLetters: records.deadLetters,
  };
}

type End = "sent" | "blocked" | "deferred" | "digested" | "expired" | "failed" | "in_flight";

interface MessageEnd {
  readonly end: End;
  readonly channel: string;
  readonly reason: string;
}

/** Counts messages by how they ended, from the topics alone. */
export function tally(records: RunRecords): Tally {
  const ends = endsOf(records);
  const of = (end: End) => [...ends.values()].filter((one) => one.end === end);
  return {
    events: new Set(records.events.map(eventId)).size,
    messages: ends.size,
    sent: countBy(of("sent"), ({ channel }) => channel),
    blocked: countBy(of("blocked"), ({ reason }) => reason),
    deferred: of("deferred").length,
    digested: of("digested").length,
    expired: of("expired").length,
    failed: of("failed").length,
    in_flight: of("in_flight").length,
  };
}

/** What the topics do not account for, a sentence each: an event without an answer, a dead letter. */
export function missingEnds(records: RunRecords): readonly string[] {
  const answered = new Set([...records.accepted.map(({ event_id }) => event_id), ...records.rejected.map(rejectedId)]);
  const silent = records.events.filter((event) => !answered.has(eventId(event)));
  return [
    ...silent.map((event) => `${event.name} ${event.cause_ref} was neither accepted nor rejected`),
    ...records.deadLetters.map((topic) => `A record lies in ${topic}`),
  ];
}

/** The messages that our own sender reports as sent, by channel. */
export function sentIds({ feedback }: RunRecords): ReadonlyMap<string, ReadonlySet<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { msg_id, channel, status, origin } of feedback) {
    if (origin !== "SENDER" || status !== "SENT") continue;
    const name = channelName(channel);
    ids.set(name, (ids.get(name) ?? new Set()).add(msg_id));
  }
  return ids;
}

/** How each message of the run ended, by its id. An accepted record without a decision counts as a message in flight. */
function endsOf({ accepted, decisions, feedback }: RunRecords): ReadonlyMap<string, MessageEnd> {
  const ends = new Map<string, MessageEnd>();
  const decided = new Set(decisions.map(({ causation_id }) => causation_id));
  for (const one of accepted) {
    if (one.round === 0 && !decided.has(one.accepted_id)) ends.set(one.accepted_id, inFlight(""));
  }
  const own = new Set(accepted.map(({ accepted_id }) => accepted_id));
  for (const decision of decisions.toSorted((a, b) => a.recorded_at - b.recorded_at)) {
    const ours = decision.stage === "router" ? own.has(decision.causation_id) : ends.has(decision.msg_id);
    if (ours) ends.set(decision.msg_id, endOf(decision, ends.get(decision.msg_id)));
  }
  for (const report of feedback) {
    const before = ends.get(report.msg_id);
    if (before && report.origin === "SENDER") ends.set(report.msg_id, endAfter(report, before));
  }
  return ends;
}

function inFlight(channel: string): MessageEnd {
  return { end: "in_flight", channel, reason: "" };
}

/** A recognised repeat does not change how the message ended. */
function endOf(decision: Decision, before: MessageEnd | undefined): MessageEnd {
  const channel = channelName(decision.channel);
  const reason = decision.reason ?? "";
  if (reason === "COMMS_ALREADY_SENT" && before) return before;
  switch (decision.verdict) {
    case "DROP":
      return { end: reason === "COMMS_EXPIRED" ? "expired" : "blocked", channel, reason };
    case "DEFER":
      return { end: "deferred", channel, reason };
    case "DIGEST":
      return { end: "digested", channel, reason };
    default:
      return before && before.end !== "deferred" ? before : inFlight(channel);
  }
}

function endAfter({ status, reason, channel }: Feedback, before: MessageEnd): MessageEnd {
  const name = channelName(channel);
  if (status === "SENT" || before.end === "sent") return { end: "sent", channel: name, reason: "" };
  if (status === "FAILED") return { end: "failed", channel: name, reason: reason ?? "" };
  if (status === "EXPIRED") return { end: "expired", channel: name, reason: reason ?? "" };
  return before;
}

function eventId({ event_id, tenant_id, name, cause_ref }: Event): string {
  return event_id ?? deriveEventId(tenant_id, name, cause_ref);
}

function rejectedId({ tenant_id, event_name, cause_ref }: Rejected): string {
  return deriveEventId(tenant_id, event_name ?? "", cause_ref ?? "");
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}

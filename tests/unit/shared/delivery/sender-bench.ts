import type { Output } from "#shared/contracts/output.ts";
import type {
  Cancellation,
  Consent,
  Preference,
  Profile,
  RecordTypes,
  ScheduleItem,
  Send,
  Suppression,
  Token,
} from "#shared/contracts/records.ts";
import type { TopicName, TopicRecordName } from "#shared/contracts/topics.ts";
import { type ProviderAccount, routeByTenant } from "#shared/delivery/accounts.ts";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { noAttemptLog } from "#shared/delivery/attempt-log.ts";
import { createBreaker } from "#shared/delivery/breaker.ts";
import { type SendMeter, silentMeter } from "#shared/delivery/meter.ts";
import { createSender, type SenderParts } from "#shared/delivery/sender.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import type { Answer, AnswerTable } from "#shared/domain/delivery/answer.ts";
import { deriveMsgId } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

export const start: Instant = Date.UTC(2026, 0, 5, 12);
export const hasher = createAddressHasher({ current: "k1", peppers: { k1: "pepper-of-sixteen-characters" } });

export const emailContent: Content = { channel: "EMAIL", subject: "Booked", html: "<p>Booked</p>", text: "Booked" };

export function aSend(change: Partial<Send> = {}): Send {
  const causeRef = change.cause_ref ?? "booking-1";
  const key = {
    tenantId: change.tenant_id ?? "default",
    templateName: "booking_confirmed_buyer",
    userId: "u1",
    causeRef,
    channel: "EMAIL",
  };
  const msg_id = deriveMsgId(key);
  return {
    event_id: "e1",
    occurred_at: start,
    recorded_at: start,
    tenant_id: "default",
    user_id: "u1",
    msg_id,
    correlation_id: "c1",
    causation_id: "r1",
    channel: "EMAIL",
    cause_event: "booking.confirmed",
    cause_ref: causeRef,
    template_name: key.templateName,
    template_version: 1,
    category: "booking",
    critical: false,
    lane: "EXPRESS",
    locale: "en-US",
    dedupe_key: "BOOKING:1:confirmed",
    address_hash: hasher.hash("EMAIL", "ada@example.com"),
    artifact_ref: `default/${msg_id}/abc`,
    content_hash: "abc",
    attempt: 1,
    reopens: null,
    queued_at: start,
    expires_at: null,
    received_at: start - 1_000,
    ...change,
  };
}

export function aProfile(change: Partial<Profile> = {}): Profile {
  const base = { tenant_id: "default", user_id: "u1", email: "ada@example.com", phone: "+14155550123", locale: null };
  return { ...base, accept_language: null, city: null, tz: null, updated_at: start, ...change };
}

export function aSuppression(change: Partial<Suppression> = {}): Suppression {
  return {
    suppression_id: "s1",
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: hasher.hash("EMAIL", "ada@example.com"),
    reason: "HARD_BOUNCE",
    origin: "PROVIDER",
    scope: "all",
    created_at: start,
    msg_id: null,
    evidence: "550",
    ...change,
  };
}

export function aPreference(change: Partial<Preference> = {}): Preference {
  return {
    tenant_id: "default",
    user_id: "u1",
    channels: [],
    quiet_hours: null,
    do_not_track: false,
    updated_at: start,
    ...change,
  };
}

export function aConsent(change: Partial<Consent> = {}): Consent {
  const base = { tenant_id: "default", user_id: "u1", channel: "PUSH", category: "*", granted: true } as const;
  return { ...base, source: "form", updated_at: start, ...change };
}

const table: AnswerTable = {
  Slow: { act: "retry", description: "Too fast", isOutage: true },
  Never: { act: "refuse", description: "Refused", suppress: "hard_bounce" },
  Gone: { act: "refuse", description: "Token unregistered", prune: true },
  Down: { act: "halt", description: "Suspended", alert: "P0" },
};

/** What the world round a sender holds; a test changes it between two records. */
function aWorld(calls: readonly OutboundMessage[]) {
  return {
    profile: aProfile() as Profile | null,
    preference: null as Preference | null,
    consents: [] as Consent[],
    tokens: [] as Token[],
    suppressions: [] as Suppression[],
    cancelled: null as Cancellation | null,
    flags: new Map() as Flags,
    viewsAgeMs: 0,
    sentLongAgo: new Set<string>(),
    askedArchive: [] as string[],
    artifact: async (): Promise<Content> => emailContent,
    provider: async (_message: OutboundMessage): Promise<Answer> => ({ kind: "accepted", ref: `ref-${calls.length}` }),
  };
}

type World = ReturnType<typeof aWorld>;

/** Everybody is the person of the world. */
function viewsOf(world: World): SenderParts["views"] {
  return {
    persons: async (refs) => {
      const { profile, preference, consents, tokens } = world;
      return { value: refs.map(() => ({ profile, preference, consents, tokens })), ageMs: world.viewsAgeMs };
    },
    stops: async (refs) => {
      const value = { cancellations: refs.map(() => world.cancelled), flags: world.flags };
      return { value, ageMs: world.viewsAgeMs };
    },
    flags: async () => ({ value: world.flags, ageMs: world.viewsAgeMs }),
    suppressions: async (refs) => ({
      value: refs.map((ref) => world.suppressions.filter((entry) => entry.address_hash === ref.addressHash)),
      ageMs: world.viewsAgeMs,
    }),
  };
}

/** A provider that keeps what it was called with, and answers as the world says. */
function adapterOf(world: World, calls: OutboundMessage[]): ChannelAdapter {
  return {
    answers: table,
    send: (message) => {
      calls.push(message);
      return world.provider(message);
    },
    close: async () => {},
  };
}

function meterOf(metered: string[]): SendMeter {
  return {
    ...silentMeter,
    ambiguousSend: (channel) => metered.push(`ambiguous ${channel}`),
    providerRequest: ({ channel, provider, outcome }) => metered.push(`${channel} ${provider} ${outcome}`),
    alert: ({ provider, code, level }) => metered.push(`alert ${provider} ${code} ${level}`),
  };
}

/** An account with a provider that takes everything, unless told otherwise. */
export function anAccount(change: Partial<ProviderAccount> & Pick<ProviderAccount, "adapter">): ProviderAccount {
  const { id = "fake:default" } = change;
  return {
    id,
    provider: "fake",
    breaker: createBreaker({ account: id }),
    budget: { rate: 1_000, burst: 1_000, reserve: 10 },
    ...change,
  };
}

type SenderChange = Partial<SenderParts> & Partial<Pick<ProviderAccount, "adapter" | "breaker" | "budget">>;

/**
 * One sender with everything round it in memory, and one account unless `route` names others. `calls` is what its provider
 * was called with.
 */
export function aSender({ adapter, breaker, budget, ...change }: SenderChange = {}) {
  const clock = createManualClock(start);
  const ledger = createMemoryLedger();
  const calls: OutboundMessage[] = [];
  const metered: string[] = [];
  const world = aWorld(calls);
  const account = anAccount({
    adapter: adapter ?? adapterOf(world, calls),
    ...(breaker && { breaker }),
    ...(budget && { budget }),
  });
  const parts: SenderParts = {
    channel: "EMAIL",
    route: routeByTenant([account]),
    views: viewsOf(world),
    ledger,
    attempts: noAttemptLog,
    archive: {
      wasSent: async (ids) => {
        world.askedArchive.push(...ids);
        return new Set(ids.filter((id) => world.sentLongAgo.has(id)));
      },
    },
    artifacts: { get: () => world.artifact() },
    hasher,
    clock,
    owner: "email-sender@test",
    encode: (topic, send) => Buffer.from(JSON.stringify({ topic, send })),
    meter: meterOf(metered),
    ...change,
  };
  const sender = createSender(parts);

  /** One record through all three steps, as the shell takes it. */
  async function take(send: Send, headers: ScheduleItem["headers"] = {}): Promise<Outcome> {
    const topic: TopicName = send.lane === "BULK" ? "comms.send.email.bulk" : "comms.send.email";
    const bytes = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
    const origin = { topic, partition: 0, offset: 0, key: null, value: null, headers: bytes, timestamp: start };
    const record = { value: send, origin, topic };
    const [facts] = await sender.gather([record], parts.clock.now());
    if (!facts) throw new Error("no facts");
    const decided = sender.decide(record, facts, parts.clock.now());
    if (decided.kind !== "perform") return decided;
    return sender.perform?.(decided.effect, record, new AbortController().signal) as Promise<Outcome>;
  }
  return { sender, take, clock, ledger, calls, metered, world, account };
}

/** The records of one topic among an outcome's outputs. */
export function outputsOn<Topic extends TopicName>(
  outcome: Outcome,
  topic: Topic,
): readonly RecordTypes[TopicRecordName<Topic>][] {
  const outputs: readonly Output[] = "outputs" in outcome ? outcome.outputs : [];
  return outputs.flatMap((output) =>
    output.topic === topic && "value" in output ? [output.value as RecordTypes[TopicRecordName<Topic>]] : [],
  );
}

/** The send record that a deferred outcome hands to the schedule. */
export function scheduledSend(outcome: Outcome): { readonly item: ScheduleItem; readonly send: Send } {
  const [item] = outputsOn(outcome, "comms.schedule");
  if (!item) throw new Error(`nothing is scheduled by ${JSON.stringify(outcome)}`);
  return { item, send: (JSON.parse(item.payload.toString()) as { send: Send }).send };
}

export function outage(code: string): AppError {
  return new AppError(code, code, { retryable: true });
}

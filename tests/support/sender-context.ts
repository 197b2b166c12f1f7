import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Send } from "#shared/contracts/records.ts";
import type { ProviderAccount } from "#shared/delivery/accounts.ts";
import type { SendEffect } from "#shared/delivery/sender.ts";
import type { SendFacts } from "#shared/domain/delivery/facts.ts";
import { type Bucket, takeFrom } from "#shared/domain/delivery/rate-budget.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { redisKeys } from "#shared/platform/redis/keys.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable, StageProcessor } from "#shared/runtime/processor.ts";
import { aProfile, emailContent, hasher, start } from "#tests/unit/shared/delivery/sender-bench.ts";
import { createManualClock } from "./manual-clock.ts";

/** What a message takes from its account's budget, as Redis gets it. */
interface BudgetCall {
  readonly key: string;
  readonly rate: number;
  readonly burst: number;
}

/**
 * The Redis of a sender: the ledger knows no message and grants each claim; the buckets of all accounts lie side by side,
 * and are kept as `ledger.lua` keeps them.
 */
function senderRedis(budgetCalls: BudgetCall[]) {
  const buckets = new Map<string, Bucket>();
  function take(key: string, args: readonly unknown[], now: number): number {
    const [rate = 0, burst = 0, reserve = 0, calls = 0] = args.map(Number);
    budgetCalls.push({ key, rate, burst });
    const request = { calls, critical: false, now };
    const { bucket, waitMs } = takeFrom(buckets.get(key), { rate, burst, reserve }, request);
    buckets.set(key, bucket);
    return waitMs;
  }
  function ledger([, , bucket = ""]: readonly string[], [name, , , now, ...args]: readonly unknown[]) {
    if (name === "begin") return ["claimed", "", "1", String(take(bucket, args.slice(5), Number(now)))];
    return [name === "record" ? "recorded" : "released"];
  }
  return {
    pipeline: () => {
      const replies: (readonly [null, unknown])[] = [];
      const pipeline = {
        time: () => {
          replies.push([null, ["0", "0"]]);
          return pipeline;
        },
        mget: (_marker: string, ...keys: readonly string[]) => {
          replies.push([null, ["{}", ...keys.map(() => null)]]);
          return pipeline;
        },
        exec: async () => replies,
      };
      return pipeline;
    },
    evalsha: async (_sha: string, count: number, ...rest: readonly unknown[]) =>
      ledger(rest.slice(0, count).map(String), rest.slice(count)),
  };
}

/**
 * What `openSender` is given, with everything in memory: everybody has one address, every message one content. `states` are
 * what the breakers' metric was set to, by account, the last one last.
 */
export function senderContext() {
  const clock = createManualClock(start);
  const budgetCalls: BudgetCall[] = [];
  const states: { readonly account: ProviderAccount["id"]; readonly provider: string; readonly level: number }[] = [];
  const redis = senderRedis(budgetCalls);
  const metrics = {
    count: () => {},
    expose: () => {},
    observe: () => {},
    set: (name: string, { account = "", provider = "" }: Readonly<Record<string, string>>, level: number) => {
      if (name === "comms_breaker_state") states.push({ account, provider, level });
    },
  };
  const person = { profile: aProfile(), preference: null, consents: [], tokens: [] };
  const platform = {
    telemetry: { metrics, log: { warn: () => {} } },
    clock: { now: () => clock.now(), sleep: (ms: number) => clock.advance(ms) },
    owner: "test",
    keys: redisKeys("t."),
    hasher,
    prefix: "t.",
    redis: () => redis,
    postgres: () => ({ query: async () => ({ rows: [] }) }),
    log: () => ({ producer: async () => ({ send: async () => [], close: async () => {} }) }),
    codec: () => ({ encode: () => Buffer.alloc(0) }),
    artifacts: () => ({ get: async () => emailContent }),
    views: () => ({
      persons: async (refs: readonly unknown[]) => ({ value: refs.map(() => person), ageMs: 0 }),
      suppressions: async (refs: readonly unknown[]) => ({ value: refs.map(() => []), ageMs: 0 }),
      stops: async (refs: readonly unknown[]) => {
        return { value: { cancellations: refs.map(() => null), flags: new Map() }, ageMs: 0 };
      },
    }),
  };
  return { platform: platform as unknown as ProcessContext, clock, budgetCalls, states };
}

/** An order to the email sender, as the shell hands it over. */
export function orderOf(send: Send): DecodedRecord<Send> {
  const topic = "comms.send.email";
  const origin = { topic, partition: 0, offset: 0, key: null, value: null, headers: {}, timestamp: start };
  return { value: send, origin, topic };
}

/** The email sender that `openSender` made, with its types. */
export function emailSenderIn({ processor }: Runnable): StageProcessor<Send, SendFacts, SendEffect> {
  return processor as StageProcessor<Send, SendFacts, SendEffect>;
}

/** Takes one order through it, as the shell does. It waits for no budget: a spent one is an error at once. */
export async function takeThrough(runnable: Runnable, send: Send): Promise<Outcome> {
  const sender = emailSenderIn(runnable);
  const order = orderOf(send);
  const [facts] = await sender.gather([order], start);
  if (!facts) throw new Error("no facts");
  const decided = sender.decide(order, facts, start);
  if (decided.kind !== "perform") return decided;
  return sender.perform?.(decided.effect, order, AbortSignal.abort()) as Promise<Outcome>;
}

import type { ChainableCommander, Redis } from "ioredis";
import type { Cancellation, Flag, Suppression } from "#shared/contracts/records.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { recordsOf } from "./fenced-field.ts";
import { trustedAge } from "./marker.ts";
import { personOf } from "./person-fields.ts";
import type { Aged, Views } from "./views.ts";

const personViews = ["profiles", "preferences", "consents", "tokens"] as const;

/** Where the views lie, and how old they may be for anything at all. */
export interface ViewsOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** How old a view may be at most, ms; it is refused when older. Default: a minute. */
  readonly ageMsMax?: number;
}

/** The views in Redis. Only reads: the materializer fills them. `Views` says what each call throws. */
export function createViews({ redis, keys, ageMsMax = 60_000 }: ViewsOptions): Views {
  /** The markers are read before and after, in the same trip: Redis may be wiped between two commands of a pipeline. */
  const read = async <T>(
    names: readonly string[],
    fill: (pipeline: ChainableCommander) => void,
    parse: (replies: readonly unknown[]) => T,
  ): Promise<Aged<T>> => {
    const markers = names.map(keys.marker);
    const pipeline = redis.pipeline().mget(markers);
    fill(pipeline);
    const replies = await execute(pipeline.time().mget(markers));
    const server = await serverIdOf(redis);
    const ageMs = trustedAge(names, { before: replies.at(0), after: replies.at(-1), time: replies.at(-2), server });
    if (ageMs > ageMsMax) throw tooOld(ageMs, ageMsMax);
    return { value: parse(replies.slice(1, -2)), ageMs };
  };

  return {
    persons: (refs) =>
      read(
        personViews,
        (pipeline) => refs.forEach((ref) => void pipeline.hgetall(keys.person(ref.tenantId, ref.userId))),
        (replies) => replies.map(personOf),
      ),
    suppressions: (refs) =>
      read(
        ["suppression"],
        (pipeline) =>
          refs.forEach((ref) => void pipeline.hgetall(keys.suppression(ref.tenantId, ref.channel, ref.addressHash))),
        (replies) => replies.map((reply) => recordsOf(reply).map(([, entry]) => entry as Suppression)),
      ),
    stops: (refs) =>
      read(
        ["cancellations", "flags"],
        (pipeline) => {
          pipeline.hgetall(keys.flags());
          refs.forEach((ref) => void pipeline.hgetall(keys.cancellation(ref.tenantId, ref.causeRef)));
        },
        ([flags, ...causes]) => ({
          flags: flagsOf(flags),
          cancellations: causes.map((reply) => (recordsOf(reply)[0]?.[1] as Cancellation | undefined) ?? null),
        }),
      ),
    flags: () =>
      read(
        ["flags"],
        (pipeline) => void pipeline.hgetall(keys.flags()),
        ([hash]) => flagsOf(hash),
      ),
  };
}

/** A flag that a build before tenants wrote lacks the two fields. */
function flagsOf(hash: unknown): Flags {
  const records = recordsOf(hash) as readonly (readonly [string, Flag])[];
  return new Map(records.map(([key, flag]) => [key, { ...untilRemoved, ...flag }]));
}

const untilRemoved = { tenant_id: null, expires_at: null };

function tooOld(ageMs: number, ageMsMax: number): AppError {
  const message = `The views are ${ageMs} ms old, bound ${ageMsMax} ms: look at the materializer`;
  return new AppError("COMMS_STATE_STALE", message, { retryable: true });
}

import type { ChainableCommander, Redis } from "ioredis";
import type { Flag, Suppression } from "#shared/contracts/records.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { recordsOf } from "./fenced-field.ts";
import { trustedAsOf } from "./marker.ts";
import { personOf } from "./person-fields.ts";
import type { AsOf, Views } from "./views.ts";

const personViews = ["profiles", "preferences", "consents", "tokens"] as const;

/** The views in Redis. Only reads: the materializer fills them. `Views` says what each call throws. */
export function createViews({ redis, keys }: { readonly redis: Redis; readonly keys: RedisKeys }): Views {
  /** The markers are read before and after, in the same trip: Redis may be wiped between two commands of a pipeline. */
  const read = async <T>(
    names: readonly string[],
    fill: (pipeline: ChainableCommander) => void,
    parse: (replies: readonly unknown[]) => T,
  ): Promise<AsOf<T>> => {
    const markers = names.map(keys.marker);
    const pipeline = redis.pipeline().mget(markers);
    fill(pipeline);
    const replies = await execute(pipeline.mget(markers));
    const asOf = trustedAsOf(names, replies.at(0), replies.at(-1));
    return { value: parse(replies.slice(1, -1)), asOf };
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
    flags: () =>
      read(
        ["flags"],
        (pipeline) => void pipeline.hgetall(keys.flags()),
        ([hash]) => new Map(recordsOf(hash) as readonly (readonly [string, Flag])[]),
      ),
  };
}

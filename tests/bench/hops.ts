import type { TopicName } from "#shared/contracts/topics.ts";
import type { World } from "#tests/support/world.ts";

/** What every record on the way of a message names. */
interface Caused {
  readonly cause_ref: string;
}

/** The express lane of a code, in its order, and what is done between a topic and the one before. */
const way = [
  ["comms.events"],
  ["comms.accepted"],
  ["comms.routed"],
  ["comms.send.email", "comms.send.sms"],
] as const satisfies readonly (readonly TopicName[])[];

/** What a hop is called in figures. */
export const hopNames = ["intake", "router", "renderer"] as const;

/**
 * How long each hop of the express lane took, ms, for each cause that has gone all the way: from the time at which its record was
 * written to that of the next one.
 */
export async function hopWaits(world: World): Promise<Readonly<Record<(typeof hopNames)[number], readonly number[]>>> {
  const [events, ...stages] = await Promise.all(way.map((topics) => writtenAt(world, topics)));
  const waits = { intake: [] as number[], router: [] as number[], renderer: [] as number[] };
  for (const [cause, producedAt] of events ?? []) {
    let before = producedAt;
    for (const [at, name] of hopNames.entries()) {
      const written = stages[at]?.get(cause);
      if (written === undefined) break;
      waits[name].push(written - before);
      before = written;
    }
  }
  return waits;
}

async function writtenAt(
  { platform, prefix }: World,
  topics: readonly TopicName[],
): Promise<ReadonlyMap<string, number>> {
  const written = new Map<string, number>();
  const codec = platform.codec();
  for await (const records of platform.log().readToEnd(topics.map((topic) => prefix + topic))) {
    for (const { topic, value, timestamp } of records) {
      if (value === null) continue;
      const { cause_ref } = codec.decode(topic.slice(prefix.length) as TopicName, value) as Caused;
      written.set(cause_ref, timestamp);
    }
  }
  return written;
}

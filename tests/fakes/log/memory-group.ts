import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { ownedPositions, roundRobin, slot } from "#shared/platform/kafka/assignment.ts";
import { within } from "#shared/platform/kafka/deadline.ts";
import type { EventLoop } from "./event-loop.ts";

/** How long the group waits for a member to say that it has drained, ms. */
const drainMsMax = 3_000;

/** What the coordinator tells a member. */
export interface MemoryMember {
  readonly topics: readonly string[];
  /** A rebalance has begun; resolves when the member has nothing more to commit. */
  revoking(): Promise<void>;
  assigned(partitions: readonly TopicPartition[], generation: number): void;
}

/** The coordinator of one group of the in-memory log. Runs in the broker's turns. */
export interface MemoryGroup {
  join(member: MemoryMember): void;
  leave(member: MemoryMember): void;
  /** A rebalance without a change of members. */
  rebalance(): void;
  /** Takes what the member owns in the current generation; true if the group knows the member at all. */
  commit(member: MemoryMember, positions: readonly Position[], generation: number): boolean;
  /** The committed offset, or -1. */
  committed(at: TopicPartition): number;
}

/** A group without members. A rebalance waits for those that drain, three seconds at most by the clock. */
export function createMemoryGroup(options: {
  readonly turns: EventLoop;
  readonly clock: Clock;
  readonly partitionsOf: (topic: string) => readonly TopicPartition[];
}): MemoryGroup {
  const { turns, clock, partitionsOf } = options;
  const offsets = new Map<string, number>();
  const members = new Set<MemoryMember>();
  let hands: ReadonlyMap<MemoryMember, readonly TopicPartition[]> = new Map();
  let generation = 0;
  let preparing = false;

  function rebalance(): void {
    if (preparing) return;
    preparing = true;
    const drained = [...hands.keys()].filter((member) => members.has(member)).map((member) => member.revoking());
    turns.after(within(clock, drainMsMax, Promise.allSettled(drained)), complete);
  }

  function complete(): void {
    preparing = false;
    generation += 1;
    hands = roundRobin([...members], partitions());
    for (const [member, hand] of hands) member.assigned(hand, generation);
  }

  function partitions(): readonly TopicPartition[] {
    const topics = new Set([...members].flatMap((member) => member.topics));
    return [...topics].sort().flatMap((topic) => partitionsOf(topic));
  }

  return {
    join: (member) => {
      members.add(member);
      rebalance();
    },
    leave: (member) => {
      if (members.delete(member)) rebalance();
    },
    rebalance,
    commit: (member, positions, from) => {
      if (!members.has(member)) return false;
      if (from !== generation) return true;
      const owned = new Set(hands.get(member)?.map(slot));
      for (const position of ownedPositions(positions, owned)) offsets.set(slot(position), position.offset);
      return true;
    },
    committed: (at) => offsets.get(slot(at)) ?? -1,
  };
}

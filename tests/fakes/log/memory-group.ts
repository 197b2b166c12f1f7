import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { ownedPositions, roundRobin, slot } from "#shared/platform/kafka/assignment.ts";
import { within } from "#shared/platform/kafka/deadline.ts";
import type { EventLoop } from "./event-loop.ts";

/** How long the group waits for a member to say that it has drained, ms. */
const drainMsMax = 3_000;

/** A member as the coordinator sees it. */
export interface MemoryMember {
  readonly topics: readonly string[];
  /** A rebalance has begun; resolves when the member has nothing more to commit. */
  revoking(): Promise<void>;
  assigned(partitions: readonly TopicPartition[], generation: number): void;
}

/** What the coordinator works with. */
export interface MemoryGroupParts {
  readonly loop: EventLoop;
  readonly clock: Clock;
  readonly partitionsOf: (topic: string) => readonly TopicPartition[];
}

/**
 * The coordinator of one group of the in-memory log. Runs in the broker's event loop. A rebalance waits for the members
 * that drain, three seconds at most by the clock.
 */
export class MemoryGroup {
  readonly #parts: MemoryGroupParts;
  readonly #offsets = new Map<string, number>();
  readonly #members = new Set<MemoryMember>();
  #assignment: ReadonlyMap<MemoryMember, readonly TopicPartition[]> = new Map();
  #generation = 0;
  #isPreparing = false;

  constructor(parts: MemoryGroupParts) {
    this.#parts = parts;
  }

  /** Members of the group. */
  get size(): number {
    return this.#members.size;
  }

  join(member: MemoryMember): void {
    this.#members.add(member);
    this.rebalance();
  }

  leave(member: MemoryMember): void {
    if (this.#members.delete(member)) this.rebalance();
  }

  /** A rebalance, with a change of members or without. */
  rebalance(): void {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    const { loop, clock } = this.#parts;
    const members = [...this.#assignment.keys()].filter((member) => this.#members.has(member));
    const drains = members.map((member) => member.revoking());
    loop.after(within(clock, drainMsMax, Promise.allSettled(drains)), () => this.#complete());
  }

  /** Takes what the member owns in the current generation; true if the group knows the member at all. */
  commit(member: MemoryMember, positions: readonly Position[], generation: number): boolean {
    if (!this.#members.has(member)) return false;
    if (generation !== this.#generation) return true;
    const owned = new Set(this.#assignment.get(member)?.map(slot));
    for (const position of ownedPositions(positions, owned)) this.#offsets.set(slot(position), position.offset);
    return true;
  }

  /** The committed offset, or -1. */
  committed(at: TopicPartition): number {
    return this.#offsets.get(slot(at)) ?? -1;
  }

  #complete(): void {
    this.#isPreparing = false;
    this.#generation += 1;
    this.#assignment = roundRobin([...this.#members], this.#partitions());
    for (const [member, partitions] of this.#assignment) member.assigned(partitions, this.#generation);
  }

  #partitions(): readonly TopicPartition[] {
    const topics = new Set([...this.#members].flatMap((member) => member.topics));
    return [...topics].sort().flatMap((topic) => this.#parts.partitionsOf(topic));
  }
}

/** How urgent a record is: 0 first. The express topic of a stage is 0, its bulk twin 1. */
export type Priority = number;

interface Lane<Item> {
  readonly waiting: Item[];
  readonly urgency: Priority;
  busy: boolean;
}

/**
 * Queues by key. The records of one key leave one at a time, in their order; those of different keys leave together.
 * More urgent lanes leave first; within an urgency, first come first served.
 */
export class KeyQueues<Item> {
  readonly #lanes = new Map<string, Lane<Item>>();
  readonly #runnable: string[][] = [];
  #waiting = 0;

  add(key: string, urgency: Priority, item: Item): void {
    this.#waiting++;
    const lane = this.#lanes.get(key);
    if (lane) {
      lane.waiting.push(item);
      return;
    }
    this.#lanes.set(key, { waiting: [item], urgency, busy: false });
    this.#queue(urgency).push(key);
  }

  /** Takes the heads of up to `limit(urgency)` idle lanes of each urgency, `max` in all; each taken lane is busy until `finish`. */
  take(max: number, limit: (urgency: Priority) => number = () => max): Item[] {
    const taken: Item[] = [];
    for (const [urgency, keys] of this.#runnable.entries()) {
      const room = Math.min(max - taken.length, limit(urgency), keys?.length ?? 0);
      if (!keys || room <= 0) continue;
      for (const key of keys.splice(0, room)) taken.push(this.#head(key));
    }
    this.#waiting -= taken.length;
    return taken;
  }

  /** The lane's record is done with; the next of its key may leave. */
  finish(key: string): void {
    const lane = this.#lanes.get(key);
    if (!lane) return;
    lane.busy = false;
    if (lane.waiting.length === 0) this.#lanes.delete(key);
    else this.#queue(lane.urgency).push(key);
  }

  /** Drops all that waits and forgets which lanes are busy. */
  clear(): void {
    this.#lanes.clear();
    this.#runnable.length = 0;
    this.#waiting = 0;
  }

  get waiting(): number {
    return this.#waiting;
  }

  #head(key: string): Item {
    const lane = this.#lanes.get(key);
    const item = lane?.waiting.shift();
    if (!lane || item === undefined) throw new Error(`The lane ${key} was runnable but empty`);
    lane.busy = true;
    return item;
  }

  #queue(urgency: Priority): string[] {
    const queue = this.#runnable[urgency];
    if (queue) return queue;
    for (let u = this.#runnable.length; u <= urgency; u++) this.#runnable.push([]);
    return this.#runnable[urgency] as string[];
  }
}

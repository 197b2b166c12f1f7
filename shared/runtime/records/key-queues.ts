/** Which record is served first: 0 before 1. The express topic of a stage is 0, its bulk twin 1. */
export type LanePriority = number;

interface KeyQueue<Item> {
  readonly waiting: Item[];
  readonly priority: LanePriority;
  isBusy: boolean;
}

/**
 * Queues by key. The records of one key leave one at a time, in their order; those of different keys leave together, first
 * come first served within a priority. Which priority is served is for the caller to say.
 */
export class KeyQueues<Item> {
  readonly #queues = new Map<string, KeyQueue<Item>>();
  readonly #runnable: string[][] = [];
  #waiting = 0;

  /** Returns how many of the key are in hand now: those that wait, and the one that was taken. */
  add(key: string, priority: LanePriority, item: Item): number {
    this.#waiting++;
    const queue = this.#queues.get(key);
    if (queue) return queue.waiting.push(item) + Number(queue.isBusy);
    this.#queues.set(key, { waiting: [item], priority, isBusy: false });
    this.#runnableOf(priority).push(key);
    return 1;
  }

  /** The item that stands so far behind the head of those of its key that wait. */
  at(key: string, index: number): Item | undefined {
    return this.#queues.get(key)?.waiting[index];
  }

  /** Takes the heads of up to `max` idle queues of a priority; a queue is then busy until `finish`. */
  take(priority: LanePriority, max: number): Item[] {
    const keys = this.#runnable[priority];
    if (!keys || max <= 0) return [];
    const taken = keys.splice(0, max).map((key) => this.#head(key));
    this.#waiting -= taken.length;
    return taken;
  }

  /** Whether `take` would give any of this priority. */
  canTake(priority: LanePriority): boolean {
    return (this.#runnable[priority]?.length ?? 0) > 0;
  }

  /** The record of this key has left; the next of its key may be taken. */
  finish(key: string): void {
    const queue = this.#queues.get(key);
    if (!queue) return;
    queue.isBusy = false;
    if (queue.waiting.length === 0) this.#queues.delete(key);
    else this.#runnableOf(queue.priority).push(key);
  }

  /** Drops all that waits and forgets which queues are busy. */
  clear(): void {
    this.#queues.clear();
    this.#runnable.length = 0;
    this.#waiting = 0;
  }

  /** Items that wait, over all keys. */
  get waiting(): number {
    return this.#waiting;
  }

  #head(key: string): Item {
    const queue = this.#queues.get(key);
    const item = queue?.waiting.shift();
    if (!queue || item === undefined) throw new Error(`The queue of ${key} was runnable but empty`);
    queue.isBusy = true;
    return item;
  }

  #runnableOf(priority: LanePriority): string[] {
    const keys = this.#runnable[priority];
    if (keys) return keys;
    for (let u = this.#runnable.length; u <= priority; u++) this.#runnable.push([]);
    return this.#runnable[priority] as string[];
  }
}

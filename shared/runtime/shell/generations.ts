/**
 * Which generation of the consumer group a stage is in, and how many records each generation has in work. A record that
 * an older generation has in work ends before its second delivery may begin.
 */
export class Generations {
  readonly #inWork = new Map<number, number>();
  /** Over all generations. */
  #total = 0;
  readonly #idleWaiters: (() => void)[] = [];
  #current = -1;
  #isRevoking = false;
  #isStopped = false;
  /** Records of older generations that have not ended yet. */
  #draining = 0;
  /** Aborts what the current generation waits for. */
  #end = new AbortController();

  /** The number of the current generation; -1 before the first. */
  get current(): number {
    return this.#current;
  }

  /** Whether new work may begin: no rebalance is under way, and older generations have nothing left in work. */
  get canTake(): boolean {
    return !this.#isRevoking && this.#draining === 0;
  }

  /** Records in work, those of older generations included. */
  get inWork(): number {
    return this.#total;
  }

  /** A new generation: ends the one before. */
  begin(generation: number): void {
    this.#end.abort();
    if (!this.#isStopped) this.#end = new AbortController();
    this.#isRevoking = false;
    this.#current = generation;
    this.#draining = this.inWork;
  }

  /** A rebalance has begun: the current generation waits for nothing outside any more, and takes nothing new. */
  revoke(): void {
    this.#isRevoking = true;
    this.#end.abort();
  }

  /** The member has left the group, with nothing in work. A consumer that joins again counts its generations from the start. */
  leaveGroup(): void {
    this.#current = -1;
  }

  /** The stage stops: neither this generation nor a later one waits for anything outside. */
  stop(): void {
    this.#isStopped = true;
    this.#end.abort();
  }

  /** Aborts when the records of this generation are no longer ours, or the stage stops. */
  signalOf(generation: number): AbortSignal {
    return generation === this.#current ? this.#end.signal : AbortSignal.abort();
  }

  /** So many records of the current generation go into work. */
  enter(records: number): void {
    this.#total += records;
    this.#inWork.set(this.#current, (this.#inWork.get(this.#current) ?? 0) + records);
  }

  /** So many records of this generation are no longer in work. */
  leave(generation: number, records: number): void {
    const before = this.#inWork.get(generation) ?? 0;
    const left = Math.max(0, before - records);
    this.#total -= before - left;
    if (left > 0) this.#inWork.set(generation, left);
    else this.#inWork.delete(generation);
    if (generation !== this.#current) this.#draining = Math.max(0, this.#draining - records);
    if (this.#total === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Resolves when no record of any generation is in work. */
  idle(): Promise<void> {
    return this.inWork === 0 ? Promise.resolve() : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }
}

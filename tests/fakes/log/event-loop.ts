/** The in-memory broker's event loop: one thing at a time, each in its own microtask. */
export class EventLoop {
  readonly #random: (() => number) | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #idleWaiters: (() => void)[] = [];
  #awaited = 0;
  #isScheduled = false;
  #isHalted = false;

  /** Turns are taken in the order they came, or in one drawn from `random` (0 ≤ n < 1), so that a seed gives a schedule. */
  constructor(random?: () => number) {
    this.#random = random;
  }

  add(turn: () => void): void {
    this.#waiting.push(turn);
    this.#schedule();
  }

  /** Runs the work in a turn and gives its result or its error. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.add(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Takes no turn until `resume`: the broker is away. */
  halt(): void {
    this.#isHalted = true;
  }

  resume(): void {
    this.#isHalted = false;
    this.#schedule();
  }

  /** Takes a turn after the work, and is not idle before. */
  after(work: Promise<unknown>, turn: () => void): void {
    void this.#addAfter(work, turn);
  }

  /** Resolves when no turn waits. Never, while halted with turns waiting. */
  idle(): Promise<void> {
    return new Promise((resolve) => (this.#isIdle() ? resolve() : this.#idleWaiters.push(resolve)));
  }

  async #addAfter(work: Promise<unknown>, turn: () => void): Promise<void> {
    this.#awaited += 1;
    await work.catch(() => {});
    this.#awaited -= 1;
    this.add(turn);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isHalted || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#step());
  }

  #step(): void {
    this.#isScheduled = false;
    if (!this.#isHalted) this.#take()?.();
    this.#schedule();
    if (this.#isIdle()) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#awaited === 0;
  }

  #take(): (() => void) | undefined {
    const index = this.#random === undefined ? 0 : Math.floor(this.#random() * this.#waiting.length);
    return this.#waiting.splice(index, 1)[0];
  }
}

/** The in-memory broker's mind: one thing at a time, each in its own microtask. */
export interface EventLoop {
  add(turn: () => void): void;
  /** Runs the work in a turn and gives its result or its error. */
  run<T>(work: () => T): Promise<T>;
  /** Takes no turn until `resume`: the broker is away. */
  halt(): void;
  resume(): void;
  /** Takes a turn after the work, and is not idle before. */
  after(work: Promise<unknown>, turn: () => void): void;
  /** Resolves when no turn waits. Never, while halted with turns waiting. */
  idle(): Promise<void>;
}

/** Turns are taken in the order they came, or in one drawn from `random` (0 ≤ n < 1), so that a seed gives a schedule. */
export function createEventLoop(random?: () => number): EventLoop {
  const waiting: (() => void)[] = [];
  const idlers: (() => void)[] = [];
  let awaited = 0;
  let scheduled = false;
  let halted = false;

  function schedule(): void {
    if (scheduled || halted || waiting.length === 0) return;
    scheduled = true;
    queueMicrotask(step);
  }

  function step(): void {
    scheduled = false;
    if (!halted) take()?.();
    schedule();
    if (isIdle()) for (const resolve of idlers.splice(0)) resolve();
  }

  function isIdle(): boolean {
    return waiting.length === 0 && awaited === 0;
  }

  function take(): (() => void) | undefined {
    const index = random === undefined ? 0 : Math.floor(random() * waiting.length);
    return waiting.splice(index, 1)[0];
  }

  function add(turn: () => void): void {
    waiting.push(turn);
    schedule();
  }

  async function after(work: Promise<unknown>, turn: () => void): Promise<void> {
    awaited += 1;
    await work.catch(() => {});
    awaited -= 1;
    add(turn);
  }

  return {
    add,
    after: (work, turn) => void after(work, turn),
    run: (work) =>
      new Promise((resolve, reject) => {
        add(() => {
          try {
            resolve(work());
          } catch (error) {
            reject(error);
          }
        });
      }),
    halt: () => {
      halted = true;
    },
    resume: () => {
      halted = false;
      schedule();
    },
    idle: () => new Promise((resolve) => (isIdle() ? resolve() : idlers.push(resolve))),
  };
}

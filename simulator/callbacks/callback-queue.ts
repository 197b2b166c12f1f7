import { Agent } from "undici";
import type { Callback } from "../core/call.ts";

export interface CallbackCounts {
  /** Not yet answered with a 2xx, and still to be tried. */
  readonly pending: number;
  readonly delivered: number;
  /** Given up after the last attempt. */
  readonly failed: number;
  /** Not taken, because the queue was full. */
  readonly dropped: number;
}

/** Callbacks that the providers have still to make to the gateway. Each is tried until it is answered with a 2xx, within bounds. */
export interface CallbackQueue {
  add(callbacks: readonly Callback[]): void;
  counts(): CallbackCounts;
  /** Forgets what is pending and sets the counts to zero. */
  clear(): void;
  /** Forgets what is pending, and ends what is under way. */
  close(): Promise<void>;
}

const bounds = {
  attempts: 30,
  pending: 50_000,
  connections: 16,
  timeoutMs: 10_000,
  backoffMsFirst: 100,
  backoffMsMax: 5_000,
};

type Request = ReturnType<Callback["build"]>;

/** The next attempt at a callback; its request is built at the first. */
interface Attempt {
  readonly callback: Callback;
  /** 1 for the first. */
  readonly count: number;
  readonly request?: Request;
}

export function createCallbackQueue(): CallbackQueue {
  const agent = new Agent({ connections: bounds.connections, pipelining: 1 });
  const timers = new Map<Callback, NodeJS.Timeout | undefined>();
  const zero = { delivered: 0, failed: 0, dropped: 0 };
  let counts = { ...zero };

  const schedule = (attempt: Attempt, delayMs: number): void => {
    timers.set(
      attempt.callback,
      setTimeout(() => void deliver(attempt), delayMs),
    );
  };

  const deliver = async ({ callback, count, request = callback.build() }: Attempt): Promise<void> => {
    timers.set(callback, undefined);
    const done = await post(agent, callback.url, request);
    if (!timers.has(callback)) return;
    if (!done && count < bounds.attempts) return schedule({ callback, count: count + 1, request }, backoff(count));
    timers.delete(callback);
    counts[done ? "delivered" : "failed"]++;
  };

  const clear = (): void => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    counts = { ...zero };
  };

  return {
    clear,
    counts: () => ({ pending: timers.size, ...counts }),
    add(callbacks) {
      for (const callback of callbacks) {
        if (timers.size < bounds.pending) schedule({ callback, count: 1 }, callback.delayMs);
        else counts.dropped++;
      }
    },
    close() {
      clear();
      return agent.destroy();
    },
  };
}

function backoff(count: number): number {
  return Math.min(bounds.backoffMsMax, bounds.backoffMsFirst * 2 ** (count - 1));
}

async function post(agent: Agent, url: string, request: Request): Promise<boolean> {
  try {
    const { origin, pathname, search } = new URL(url);
    const answer = await agent.request({
      origin,
      path: pathname + search,
      method: "POST",
      headersTimeout: bounds.timeoutMs,
      bodyTimeout: bounds.timeoutMs,
      ...request,
    });
    await answer.body.dump();
    return answer.statusCode >= 200 && answer.statusCode < 300;
  } catch {
    return false;
  }
}

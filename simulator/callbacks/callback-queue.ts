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

/** What the providers still owe to the gateway. Each callback is tried until it is answered with a 2xx, within bounds. */
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
  timeout_ms: 10_000,
  backoff_ms_first: 100,
  backoff_ms_max: 5_000,
};

type Request = ReturnType<Callback["build"]>;

export function createCallbackQueue(): CallbackQueue {
  const agent = new Agent({ connections: bounds.connections, pipelining: 1 });
  const timers = new Map<Callback, NodeJS.Timeout | undefined>();
  const zero = { delivered: 0, failed: 0, dropped: 0 };
  let counts = { ...zero };

  const schedule = (callback: Callback, delayMs: number, attempt: number, built?: Request): void => {
    timers.set(
      callback,
      setTimeout(() => void deliver(callback, attempt, built ?? callback.build()), delayMs),
    );
  };

  const deliver = async (callback: Callback, attempt: number, request: Request): Promise<void> => {
    timers.set(callback, undefined);
    const done = await post(agent, callback.url, request);
    if (!timers.has(callback)) return;
    if (!done && attempt < bounds.attempts) return schedule(callback, backoff(attempt), attempt + 1, request);
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
        if (timers.size < bounds.pending) schedule(callback, callback.delayMs, 1);
        else counts.dropped++;
      }
    },
    close() {
      clear();
      return agent.destroy();
    },
  };
}

function backoff(attempt: number): number {
  return Math.min(bounds.backoff_ms_max, bounds.backoff_ms_first * 2 ** (attempt - 1));
}

async function post(agent: Agent, url: string, request: Request): Promise<boolean> {
  try {
    const { origin, pathname, search } = new URL(url);
    const answer = await agent.request({
      origin,
      path: pathname + search,
      method: "POST",
      headersTimeout: bounds.timeout_ms,
      bodyTimeout: bounds.timeout_ms,
      ...request,
    });
    await answer.body.dump();
    return answer.statusCode >= 200 && answer.statusCode < 300;
  } catch {
    return false;
  }
}

import type { Clock } from "../clock/clock.ts";

/** What `within` gives when the time is up first. */
export const late: unique symbol = Symbol("late");

/** The work's result, or `late` after `ms` by the clock. The work itself goes on; its later error is swallowed. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | typeof late> {
  const done = new AbortController();
  work.catch(() => {});
  try {
    return await Promise.race<T | typeof late>([work, clock.sleep(ms, done.signal).then((): typeof late => late)]);
  } finally {
    // With a reason of its own: for one left out, Node makes an exception with a stack, at each call.
    done.abort(late);
  }
}

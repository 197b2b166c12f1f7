/**
 * The result of work that takes no signal, or `instead` once the signal aborts; under an aborted signal the work is not
 * begun. The work goes on after an abort; its later error is swallowed.
 */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal, instead: T): Promise<T> {
  if (signal.aborted) return instead;
  const { promise: aborted, resolve } = Promise.withResolvers<T>();
  const onAbort = (): void => resolve(instead);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

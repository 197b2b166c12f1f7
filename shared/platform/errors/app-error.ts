/**
 * An error with a code and `retryable`. A retryable one is an outage: a broker, a store or a provider does not answer as
 * it should, and the shell waits it out. The others end the process; some of them name a configuration error, which no
 * waiting mends. A rule's *no* is never an error: it is an outcome. Recognise an error by its code, not by its class.
 */
export class AppError extends Error {
  readonly code: string;
  /** Whether the same call may succeed later. The shell retries a retryable error and crashes on any other. */
  readonly retryable: boolean;
  /** How long the other side asked to wait, ms; undefined if it did not. */
  readonly retryAfterMs: number | undefined;
  /** The message holds no value of a record, a row or a request, so it may be logged. */
  readonly isLoggable = true;

  constructor(
    code: string,
    message: string,
    options: { readonly retryable: boolean; readonly retryAfterMs?: number; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether an error says of itself that the same call may succeed later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && "retryable" in error && error.retryable === true;
}

/** The code of an error, or `unknown`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

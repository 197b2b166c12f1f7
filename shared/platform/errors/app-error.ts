/**
 * Trouble outside: a broker, a store or a provider that does not answer as it should. A rule's *no* is never trouble,
 * it is an outcome. Recognise trouble by its code, not by its class.
 */
export class AppError extends Error {
  readonly code: string;
  /** Whether the same call may succeed later. The shell retries what is retryable and crashes on the rest. */
  readonly retryable: boolean;
  /** Milliseconds that the other side asked to wait, where it did. */
  readonly retryAfterMs: number | undefined;
  /** The message holds no value of a record, a row or a request, so a log may have it. */
  readonly tellable = true;

  constructor(
    code: string,
    message: string,
    options: { readonly retryable: boolean; readonly retryAfterMs?: number; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "Trouble";
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

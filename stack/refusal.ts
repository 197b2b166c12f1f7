import { AppError } from "#shared/platform/errors/app-error.ts";

export type RefusalCode =
  | "STACK_JAVA_MISSING"
  | "STACK_MAVEN_MISSING"
  | "STACK_FETCH_FAILED"
  | "STACK_PLATFORM"
  | "STACK_DOCKER"
  | "STACK_MODE"
  | "STACK_OPENSSL_MISSING"
  | "STACK_OPENSSL_FAILED"
  | "STACK_PORT_TAKEN"
  | "STACK_DISK_FULL"
  | "STACK_WRONG_OWNER"
  | "STACK_UNREACHABLE_FOLDER"
  | "STACK_REGISTRY_YOUNGER"
  | "STACK_LOCKED"
  | "STACK_RUNNING"
  | "STACK_DOWN"
  | "STACK_PART_DIED"
  | "STACK_PART_SLOW";

/** A precondition that the machine does not meet. The message is one sentence that says what to do. */
export function refusal(code: RefusalCode, message: string, cause?: unknown): AppError {
  return new AppError(code, message, { retryable: false, cause });
}

/** Returns true if the error is written for the person at the keyboard, who needs no stack trace. */
export function isStackRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith("STACK_");
}

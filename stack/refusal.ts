import { Trouble } from "#shared/platform/errors/trouble.ts";

export type RefusalCode =
  | "STACK_JAVA_MISSING"
  | "STACK_MAVEN_MISSING"
  | "STACK_FETCH_FAILED"
  | "STACK_PLATFORM"
  | "STACK_DOCKER"
  | "STACK_MODE"
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
export function refusal(code: RefusalCode, sentence: string, cause?: unknown): Trouble {
  return new Trouble(code, sentence, { retryable: false, cause });
}

/** Whether the error is a sentence for the person at the keyboard, so that its stack trace would only be in the way. */
export function isRefusal(error: unknown): error is Trouble {
  return error instanceof Trouble && error.code.startsWith("STACK_");
}

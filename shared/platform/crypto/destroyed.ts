import { AppError } from "../errors/app-error.ts";

/** The error that every key store throws for a person who was erased. */
export function keyDestroyed(): AppError {
  return new AppError("USER_KEY_DESTROYED", "The person was erased, and the key with them", { retryable: false });
}

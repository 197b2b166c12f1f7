import { Trouble } from "../errors/trouble.ts";

/** The trouble that every key store throws for a person who was erased. */
export function destroyed(): Trouble {
  return new Trouble("USER_KEY_DESTROYED", "The person was erased, and the key with them", { retryable: false });
}

import type { Actor } from "#shared/contracts/records.ts";

/** The people in a role, each once, in the event's order. Roles match exactly, in the same case. */
export function recipientsOf(role: string, actors: readonly Actor[]): readonly string[] {
  return [...new Set(actors.filter((actor) => actor.role === role).map((actor) => actor.user_id))];
}

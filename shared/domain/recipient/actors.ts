import type { Actor } from "#shared/contracts/records.ts";

/** The people who take part in a role, each once, in the order told. Roles are compared letter for letter. */
export function recipientsOf(role: string, actors: readonly Actor[]): readonly string[] {
  return [...new Set(actors.filter((actor) => actor.role === role).map((actor) => actor.user_id))];
}

import { codeOf } from "../errors/app-error.ts";

/**
 * Whether Postgres refuses the value itself: SQLSTATE classes 22 (data exception), 23 (constraint violation) and 54
 * (program limit: too deep, too long for an index). Every later attempt with the same value is refused, too.
 */
export function isRowRefusal(error: unknown): boolean {
  return /^(22|23|54)[0-9A-Z]{3}$/.test(codeOf(error));
}

import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [];

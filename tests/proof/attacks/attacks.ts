import { a1 } from "./a1-work-before-signature.ts";
import { a7 } from "./a7-access-refused.ts";
import { a10 } from "./a10-large-and-slow.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [a1, a7, a10];

import { a1 } from "./a1-work-before-signature.ts";
import { a3 } from "./a3-dripping-provider.ts";
import { a7 } from "./a7-access-refused.ts";
import { a10 } from "./a10-large-and-slow.ts";
import { a11 } from "./a11-failed-after-acceptance.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [a1, a3, a7, a10, a11];

import { olderSnapshot } from "./a5-older-snapshot.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [olderSnapshot];

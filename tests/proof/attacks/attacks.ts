import { unsignedWork } from "./a1-unsigned-work.ts";
import { drippingProvider } from "./a3-dripping-provider.ts";
import { accessRefused } from "./a7-access-refused.ts";
import { largeAndSlow } from "./a10-large-and-slow.ts";
import { failedAfterAcceptance } from "./a11-failed-after-acceptance.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [
  unsignedWork,
  drippingProvider,
  accessRefused,
  largeAndSlow,
  failedAfterAcceptance,
];

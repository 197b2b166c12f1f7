import { unsignedWork } from "./a1-unsigned-work.ts";
import { oldViews } from "./a2-old-views.ts";
import { drippingProvider } from "./a3-dripping-provider.ts";
import { garbage } from "./a4-garbage.ts";
import { olderSnapshot } from "./a5-older-snapshot.ts";
import { hungDatabase } from "./a6-hung-database.ts";
import { accessRefused } from "./a7-access-refused.ts";
import { wipedDoubt } from "./a8-wiped-doubt.ts";
import { killedSender } from "./a9-killed-sender.ts";
import { largeAndSlow } from "./a10-large-and-slow.ts";
import { failedAfterAcceptance } from "./a11-failed-after-acceptance.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [
  unsignedWork,
  oldViews,
  drippingProvider,
  garbage,
  olderSnapshot,
  hungDatabase,
  accessRefused,
  wipedDoubt,
  killedSender,
  largeAndSlow,
  failedAfterAcceptance,
];

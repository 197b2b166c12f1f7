import { oldViews } from "./a2-old-views.ts";
import { garbage } from "./a4-garbage.ts";
import { olderSnapshot } from "./a5-older-snapshot.ts";
import { hungDatabase } from "./a6-hung-database.ts";
import { killedSender } from "./a9-killed-sender.ts";
import type { Attack } from "./attack.ts";

/** Every attack, in the order of its number. */
export const attacks: readonly Attack[] = [oldViews, garbage, olderSnapshot, hungDatabase, killedSender];

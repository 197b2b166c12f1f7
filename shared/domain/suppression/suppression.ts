import type { Suppression, SuppressionReason } from "#shared/contracts/records.ts";
import { streamOf } from "../category/category.ts";

/**
 * Whether an entry with this reason stops critical messages too. Critical messages pass an opt-out (CAN-11), so an
 * unsubscribe or a complaint stops only the others. They do not pass a reason that makes sending useless or unlawful: a
 * dead address, a STOP to a number, the legal blocklist, an admin's entry. A full mailbox may have room again, and a
 * security code is worth one attempt. A reason that this version does not know stops all messages.
 */
const stopsCritical: Readonly<Record<SuppressionReason, boolean>> = {
  HARD_BOUNCE: true,
  STOP: true,
  LEGAL: true,
  MANUAL: true,
  COMPLAINT: false,
  UNSUBSCRIBE: false,
  SOFT_BOUNCE: false,
  UNKNOWN: true,
};

/** The fields of a message that suppression depends on. */
export interface Suppressible {
  readonly category: string;
  readonly critical: boolean;
}

/** The entry that stops a message, or undefined. Of several the legal one is returned, because it cannot be lifted. */
export function decisiveSuppression(entries: readonly Suppression[], message: Suppressible): Suppression | undefined {
  const binding = entries.filter((entry) => binds(entry, message));
  return binding.find((entry) => entry.reason === "LEGAL") ?? binding[0];
}

/** Whether one entry stops a message: its scope covers the category, and a critical message is not exempt. */
export function binds(entry: Suppression, message: Suppressible): boolean {
  return covers(entry.scope, message.category) && (!message.critical || stopsCritical[entry.reason]);
}

/** Whether a scope covers a category. An unreadable scope covers every category: it was meant to stop something. */
export function covers(scope: string, category: string): boolean {
  if (scope.startsWith("category:")) return scope === `category:${category}`;
  if (scope === "stream:marketing" || scope === "stream:transactional") return scope === `stream:${streamOf(category)}`;
  return true;
}

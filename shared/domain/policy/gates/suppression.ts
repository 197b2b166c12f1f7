import type { Suppression } from "#shared/contracts/records.ts";
import { covers, decisiveSuppression, type Suppressible } from "../../suppression/suppression.ts";
import { bypass, drop, formatInstant, type GateResult, pass } from "../gate-result.ts";

/** A target with the entries of its address, under any pepper. */
interface SuppressibleTarget {
  readonly suppressions: readonly Suppression[];
}

/**
 * Drops a message if an entry stops each of its targets. `shared/domain/suppression` says which reasons stop critical
 * ones. A message without a target passes: the address gate drops it.
 */
export function suppression(
  message: Suppressible,
  targets: readonly SuppressibleTarget[] | string,
): GateResult<"PASS" | "BYPASS" | "DROP"> {
  const open = openTargets(message, targets);
  const stop = open.length > 0 ? undefined : decisiveSuppression(entriesOf(listOf(targets)), message);
  if (stop) return drop(stop.reason === "LEGAL" ? "COMMS_BLOCKLISTED" : "COMMS_SUPPRESSED", describe(stop));
  const bypassed = entriesOf(open).find((entry) => covers(entry.scope, message.category));
  return bypassed ? bypass("critical_override", describe(bypassed)) : pass("No entry stops the address");
}

/** The targets that no entry stops: where the message may go. */
export function openTargets<Target extends SuppressibleTarget>(
  message: Suppressible,
  targets: readonly Target[] | string,
): readonly Target[] {
  return listOf(targets).filter(({ suppressions }) => !decisiveSuppression(suppressions, message));
}

function listOf<Target>(targets: readonly Target[] | string): readonly Target[] {
  return typeof targets === "string" ? [] : targets;
}

function entriesOf(targets: readonly SuppressibleTarget[]): readonly Suppression[] {
  return targets.flatMap(({ suppressions }) => suppressions);
}

function describe({ reason, origin, scope, created_at }: Suppression): string {
  const [why, who] = [reason, origin].map((word) => word.toLowerCase());
  return `${why} by the ${who}, scope ${scope}, since ${formatInstant(created_at)}`;
}

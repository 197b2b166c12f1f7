import type { Fuse } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { AuditEntry } from "../audit/append-audit.ts";

/** What lifting a fuse needs. */
export interface LiftFuseParts {
  readonly read: () => Promise<ReadonlyMap<string, Fuse>>;
  readonly write: (fuse: Fuse) => Promise<void>;
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

/** Who lifts which fuse, and why. */
export interface LiftFuseRequest {
  readonly stage: string;
  readonly actor: string;
  readonly reason: string;
  readonly now: Instant;
}

/**
 * Lifts the fuse of a stage; its members join again within some seconds. The audit row comes first: a lift that nobody can
 * look up does not happen. Returns the fuse as it was, or undefined where it is not blown, which changes nothing.
 */
export async function liftFuse(
  { stage, actor, reason, now }: LiftFuseRequest,
  { read, write, audit }: LiftFuseParts,
): Promise<Fuse | undefined> {
  const blown = (await read()).get(stage);
  if (blown?.state !== "BLOWN") return undefined;
  await audit({
    tenantId: "default",
    actor,
    action: "fuse.lift",
    target: { stage },
    reason,
    before: { state: "BLOWN", cause: blown.cause },
    after: { state: "LIFTED", cause: reason },
    at: now,
  });
  await write({ stage, state: "LIFTED", cause: reason, changed_at: now, changed_by: actor });
  return blown;
}

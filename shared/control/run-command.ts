import type { Pool, PoolClient } from "pg";
import { mayAs } from "#shared/domain/access/role.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { openApproval } from "./approvals/open-approval.ts";
import { appendAuditWithin, lockAuditChain } from "./audit/append-audit.ts";
import type { Command, CommandActor, CommandOutcome, ControlRecord, Performing, Refusal } from "./command.ts";

const insertOutbox = sqlFile(import.meta.url, "./outbox/insert-outbox.sql");

/** What every command needs. */
export interface CommandClients {
  readonly pool: Pool;
  /** Warm for the compacted topics: an outbox row that cannot be encoded is never committed. */
  readonly codec: Pick<Codec, "encode">;
  readonly clock: Pick<Clock, "now">;
}

/** Who asks for a command, and why. */
export interface CommandRequest {
  readonly actor: CommandActor;
  readonly input: unknown;
  /** Never empty: it is audited. */
  readonly reason: string;
}

/**
 * Runs a command: its rows, its audit row and its outbox rows are committed together or not at all. Changes of one tenant run one
 * after the other, in the order of its audit. Rejects with the `AppError` of Postgres; then nothing was changed, or, where the
 * connection broke at the commit, all of it: the same command again answers `unchanged` in that case.
 */
export async function runCommand<Input, Result>(
  parts: CommandClients,
  command: Command<Input, Result>,
  { actor, input, reason }: CommandRequest,
): Promise<CommandOutcome<Result>> {
  if (!mayAs(actor.role, command.role)) {
    return refused({ code: "COMMS_FORBIDDEN", detail: `${command.action} asks for the role ${command.role}` });
  }
  const checked = command.check(input);
  const issues = [...("issues" in checked ? checked.issues : []), ...(reason.trim() === "" ? ["reason is empty"] : [])];
  if ("issues" in checked || issues.length > 0) {
    return refused({ code: "COMMS_INVALID_REQUEST", detail: "The change has issues", issues });
  }
  return postgres(() =>
    inTransaction(parts.pool, async (client) => {
      await lockAuditChain(client, actor.tenantId);
      const performing = { client, actor, reason: reason.trim(), now: parts.clock.now() };
      if (await command.needsApproval?.(checked.input, performing)) {
        return { kind: "requested", ...(await openApproval(command, checked.input, performing)) };
      }
      return performWithin(parts, command, { input: checked.input, performing });
    }),
  );
}

/** The part of a command that an approval runs as well. */
export async function performWithin<Input, Result>(
  { codec }: Pick<CommandClients, "codec">,
  command: Command<Input, Result>,
  { input, performing }: { readonly input: Input; readonly performing: Performing },
): Promise<CommandOutcome<Result>> {
  const performance = await command.perform(input, performing);
  if ("refusal" in performance) return refused(performance.refusal);
  if ("unchanged" in performance) return { kind: "unchanged", result: performance.unchanged };
  const { change } = performance;
  const { client, actor, reason, now } = performing;
  const { target, before, after } = change;
  await appendAuditWithin(client, {
    tenantId: actor.tenantId,
    actor: actor.id,
    action: command.action,
    target,
    reason,
    before,
    after,
    at: now,
  });
  await addToOutbox(client, { tenantId: actor.tenantId, records: change.records, codec });
  return { kind: "done", result: change.result };
}

interface OutboxRows {
  readonly tenantId: string;
  readonly records: readonly ControlRecord[];
  readonly codec: Pick<Codec, "encode">;
}

async function addToOutbox(client: PoolClient, { tenantId, records, codec }: OutboxRows): Promise<void> {
  if (records.length === 0) return;
  const values = records.map(({ topic, value }) => (value === null ? null : codec.encode(topic, value)));
  await client.query(insertOutbox, [tenantId, records.map((one) => one.topic), records.map((one) => one.key), values]);
}

function refused(refusal: Refusal): { readonly kind: "refused"; readonly refusal: Refusal } {
  return { kind: "refused", refusal };
}

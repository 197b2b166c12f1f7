import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { appendAuditWithin } from "../audit/append-audit.ts";
import { type Command, inputHash, type Performing } from "../command.ts";

const insertApproval = sqlFile(import.meta.url, "./insert-approval.sql");
const openTwin = sqlFile(import.meta.url, "./open-twin.sql");

/** How long a request can be approved, ms. */
export const approvalMs = 24 * 60 * 60_000;

/** A request that waits for a second person. */
export interface OpenApproval {
  readonly approvalId: string;
  readonly expiresAt: Instant;
}

/** Writes a request for a command that needs a second person, with its audit row. Asked again by the same person, it is the same. */
export async function openApproval<Input, Result>(
  command: Command<Input, Result>,
  input: Input,
  { client, actor, reason, now }: Performing,
): Promise<OpenApproval> {
  const hash = inputHash(input);
  const { tenantId, id: requestedBy } = actor;
  const twin = await client.query<OpenApproval>(openTwin, [tenantId, command.action, hash, requestedBy, now]);
  if (twin.rows[0]) return twin.rows[0];
  const approvalId = deriveId("approval", tenantId, command.action, hash, requestedBy, now);
  const expiresAt = now + approvalMs;
  const target = command.targetOf(input);
  const row = [approvalId, tenantId, command.action, JSON.stringify(target), JSON.stringify(input), hash];
  await client.query(insertApproval, [...row, reason, requestedBy, now, expiresAt]);
  await appendAuditWithin(client, {
    tenantId,
    actor: requestedBy,
    action: "approval.request",
    target: { ...target, approval: approvalId, action: command.action },
    reason,
    before: null,
    after: { state: "open", input_hash: hash },
    at: now,
  });
  return { approvalId, expiresAt };
}

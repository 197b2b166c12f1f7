import type { Pool, PoolClient } from "pg";
import { mayAs, type Role } from "#shared/domain/access/role.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { appendAuditWithin, lockAuditChain } from "../audit/append-audit.ts";
import {
  type Command,
  type CommandActor,
  type CommandOutcome,
  inputHash,
  type Performing,
  type Refusal,
} from "../command.ts";
import { type CommandClients, performWithin } from "../run-command.ts";

const lockApproval = sqlFile(import.meta.url, "./lock-approval.sql");
const decideSql = sqlFile(import.meta.url, "./decide-approval.sql");
const listSql = sqlFile(import.meta.url, "./list-approvals.sql");

/** The least role that decides. */
export const approvalRole: Role = "CommsApprover";

/** A request as people see it. `state` is as stored: one that is open after `expiresAt` can no longer be approved. */
export interface Approval {
  readonly approvalId: string;
  readonly tenantId: string;
  readonly action: string;
  readonly target: Readonly<Record<string, string>>;
  readonly input: unknown;
  readonly inputHash: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  readonly state: "open" | "approved" | "rejected";
  readonly decidedBy: string | null;
  readonly decidedAt: Instant | null;
}

/** Who decides a request, and how. */
export interface ApprovalDecision {
  readonly approvalId: string;
  readonly actor: CommandActor;
  readonly verdict: "approved" | "rejected";
  /** Never empty: it is audited. */
  readonly reason: string;
}

/** A command whose input is kept until a second person decides. */
export interface ApprovableCommand {
  readonly action: string;
  readonly role: Role;
  /** Runs it with an input as it was kept; a release may refuse what an earlier one took. */
  perform(
    parts: Pick<CommandClients, "codec">,
    kept: { readonly input: unknown; readonly performing: Performing },
  ): Promise<CommandOutcome<unknown>>;
}

/** The commands by their action. */
export type CommandTable = ReadonlyMap<string, ApprovableCommand>;

/** A command as an approval runs it. */
export function approvable<Input, Result>(command: Command<Input, Result>): ApprovableCommand {
  return {
    action: command.action,
    role: command.role,
    perform: async (parts, { input, performing }) => {
      const checked = command.check(input);
      if ("input" in checked) return performWithin(parts, command, { input: checked.input, performing });
      return refused("COMMS_CONFLICT", `This release does not take the input: ${checked.issues.join("; ")}`);
    },
  };
}

/**
 * Approves or rejects a request once, within its time, by another person than the one who asked. An approval runs the command in the
 * same transaction, with the input that was asked for: an input that has changed since voids it. If the command refuses by now, the
 * request stays open. Rejects with the `AppError` of Postgres.
 */
export async function decideApproval(
  parts: CommandClients,
  commands: CommandTable,
  decision: ApprovalDecision,
): Promise<CommandOutcome<unknown>> {
  const { actor, reason } = decision;
  if (!mayAs(actor.role, approvalRole))
    return refused("COMMS_FORBIDDEN", `A decision asks for the role ${approvalRole}`);
  if (reason.trim() === "") {
    const refusal = { code: "COMMS_INVALID_REQUEST", detail: "The decision has issues", issues: ["reason is empty"] };
    return { kind: "refused", refusal: refusal as Refusal };
  }
  const now = parts.clock.now();
  return postgres(() =>
    inTransaction(parts.pool, async (client) => {
      await lockAuditChain(client, actor.tenantId);
      const { rows } = await client.query<Approval>(lockApproval, [decision.approvalId, actor.tenantId]);
      const [approval] = rows;
      if (!approval) return refused("COMMS_NOT_FOUND", "There is no such request");
      const obstacle = obstacleOf(approval, decision, now);
      if (obstacle) return { kind: "refused", refusal: obstacle };
      const outcome = await performed(parts, commands, { client, approval, decision, now });
      if (outcome.kind !== "refused") await write({ client, approval, decision, now });
      return outcome;
    }),
  );
}

/** The requests of a tenant, the newest first. `openOnly` leaves out what is decided or has expired. */
export async function listApprovals(
  pool: Pool,
  { tenantId, openOnly, now, limit }: { tenantId: string; openOnly: boolean; now: Instant; limit: number },
): Promise<readonly Approval[]> {
  const { rows } = await postgres(() => pool.query<Approval>(listSql, [tenantId, openOnly, now, limit]));
  return rows;
}

function obstacleOf(approval: Approval, { actor, verdict }: ApprovalDecision, now: Instant): Refusal | undefined {
  const { state, decidedBy, expiresAt, requestedBy, input } = approval;
  if (state !== "open") return { code: "COMMS_CONFLICT", detail: `The request was ${state} by ${decidedBy}` };
  if (verdict === "rejected") return undefined;
  if (expiresAt <= now) return { code: "COMMS_CONFLICT", detail: "The request has expired; ask again" };
  if (requestedBy === actor.id) return { code: "COMMS_FORBIDDEN", detail: "Another person has to approve it" };
  if (inputHash(input) === approval.inputHash) return undefined;
  return { code: "COMMS_CONFLICT", detail: "The request has changed since it was asked for, which voids it" };
}

interface Decided {
  readonly client: PoolClient;
  readonly approval: Approval;
  readonly decision: ApprovalDecision;
  readonly now: Instant;
}

async function performed(
  parts: CommandClients,
  commands: CommandTable,
  { client, approval, decision, now }: Decided,
): Promise<CommandOutcome<unknown>> {
  if (decision.verdict === "rejected") return { kind: "done", result: null };
  const command = commands.get(approval.action);
  if (!command) return refused("COMMS_CONFLICT", `This release does not know ${approval.action}`);
  const actor = { id: approval.requestedBy, role: command.role, tenantId: approval.tenantId };
  const performing = { client, actor, reason: approval.reason, now };
  return command.perform(parts, { input: approval.input, performing });
}

async function write({ client, approval, decision, now }: Decided): Promise<void> {
  const { approvalId, action, tenantId, target } = approval;
  const { actor, verdict } = decision;
  const reason = decision.reason.trim();
  await client.query(decideSql, [approvalId, verdict, actor.id, now, reason]);
  await appendAuditWithin(client, {
    tenantId,
    actor: actor.id,
    action: verdict === "approved" ? "approval.approve" : "approval.reject",
    target: { ...target, approval: approvalId, action },
    reason,
    before: { state: "open" },
    after: { state: verdict, input_hash: approval.inputHash },
    at: now,
  });
}

function refused(code: "COMMS_FORBIDDEN" | "COMMS_NOT_FOUND" | "COMMS_CONFLICT", detail: string) {
  return { kind: "refused", refusal: { code, detail } } as const;
}

import { z } from "zod";
import {
  type Approval,
  type ApprovalDecision,
  decideApproval,
  listApprovals,
} from "#shared/control/approvals/decide-approval.ts";
import { commandTable } from "#shared/control/command-table.ts";
import type { CommandClients } from "#shared/control/run-command.ts";
import { type AdminRoute, adminRoute } from "../http/admin-route.ts";
import { adminActorOf, answerOf } from "../http/change.ts";
import { pageSize, reason, text, time, timeText } from "../http/fields.ts";

const approval = z.object({
  approval_id: z.string(),
  action: z.string(),
  target: z.record(z.string(), z.string()),
  input: z.unknown().describe("What was asked for"),
  input_hash: z.string(),
  reason: z.string(),
  requested_by: z.string(),
  requested_at: time,
  expires_at: time,
  state: z.enum(["open", "approved", "rejected"]),
  decided_by: z.string().nullable(),
  decided_at: time.nullable(),
});

const decided = z.object({ approval_id: z.string(), state: z.enum(["approved", "rejected"]) });

/** What waits for a second person. */
export function approvalRoutes(clients: CommandClients): readonly AdminRoute[] {
  return [
    adminRoute({
      method: "GET",
      path: "/api/v1/approvals",
      operationId: "listApprovals",
      summary: "Requests that wait for a second person, the latest first",
      tenants: "any",
      query: z.object({
        state: z.enum(["open", "all"]).default("open").describe("`open`: those that can be approved"),
        limit: pageSize(),
      }),
      answers: ["Approvals", z.object({ approvals: z.array(approval) })],
      handle: async ({ query, caller, now }) => {
        const asked = { tenantId: caller.tenantId, openOnly: query.state === "open", now, limit: query.limit };
        return { body: { approvals: (await listApprovals(clients.pool, asked)).map(shownApproval) } };
      },
    }),
    decision(clients, "approve"),
    decision(clients, "reject"),
  ];
}

function decision(clients: CommandClients, verb: "approve" | "reject"): AdminRoute {
  const verdict: ApprovalDecision["verdict"] = verb === "approve" ? "approved" : "rejected";
  return adminRoute({
    method: "POST",
    path: `/api/v1/approvals/{approval_id}/${verb}`,
    operationId: `${verb}Request`,
    summary: verb === "approve" ? "Approve a request of another person, which then runs" : "Reject a request",
    tenants: "any",
    isChange: true,
    params: z.object({ approval_id: text(64) }),
    body: z.strictObject({ reason: reason() }),
    answers: ["ApprovalDecided", decided],
    handle: async ({ params, body, caller }) => {
      const { approval_id: approvalId } = params;
      const asked = { approvalId, actor: adminActorOf(caller), verdict, reason: body.reason };
      const outcome = await decideApproval(clients, commandTable, asked);
      return answerOf(outcome, () => ({ body: { approval_id: approvalId, state: verdict } }));
    },
  });
}

function shownApproval(row: Approval) {
  return {
    approval_id: row.approvalId,
    action: row.action,
    target: row.target,
    input: row.input,
    input_hash: row.inputHash,
    reason: row.reason,
    requested_by: row.requestedBy,
    requested_at: timeText(row.requestedAt),
    expires_at: timeText(row.expiresAt),
    state: row.state,
    decided_by: row.decidedBy,
    decided_at: timeText(row.decidedAt),
  };
}

import { z } from "zod";
import type { Command, CommandOutcome, Refusal } from "#shared/control/command.ts";
import { type CommandClients, runCommand } from "#shared/control/run-command.ts";
import type { AdminCaller } from "../access/require-roles.ts";
import type { AdminAnswer } from "./admin-route.ts";
import { time, timeText } from "./fields.ts";

/** What is asked of a command, and how its result is answered. */
export interface ChangeRequest<Result> {
  readonly caller: AdminCaller;
  readonly reason: string;
  readonly input: unknown;
  readonly answer: (result: Result) => AdminAnswer;
}

/** Runs a command of `shared/control` for a caller. Rejects with the `AppError` of Postgres. */
export type RunChange = <Input, Result>(
  command: Command<Input, Result>,
  request: ChangeRequest<Result>,
) => Promise<AdminAnswer>;

/** What is answered with 202 where a second person has to approve. */
export const requestedAnswer = z.object({
  approval_id: z.string().describe("What another approver approves, by POST /api/v1/approvals/{approval_id}/approve"),
  expires_at: time,
});

/** The name under which the audit has the caller: its key's. */
export function adminActorOf({ keyId, role, tenantId }: AdminCaller) {
  return { id: `key:${keyId}`, role, tenantId };
}

/** Runs commands on these clients. */
export function createRunChange(clients: CommandClients): RunChange {
  return async (command, { caller, reason, input, answer }) =>
    answerOf(await runCommand(clients, command, { actor: adminActorOf(caller), input, reason }), answer);
}

/** The answer to what came of a command. */
export function answerOf<Result>(
  outcome: CommandOutcome<Result>,
  answer: (result: Result) => AdminAnswer,
): AdminAnswer {
  if (outcome.kind === "refused") return refusalAnswer(outcome.refusal);
  if (outcome.kind !== "requested") return answer(outcome.result);
  const { approvalId, expiresAt } = outcome;
  return { status: 202, body: { approval_id: approvalId, expires_at: timeText(expiresAt) } };
}

function refusalAnswer(refusal: Refusal): AdminAnswer {
  const { code, detail } = refusal;
  if (code === "COMMS_INVALID_REQUEST") return { problem: { code, detail, faults: refusal.issues } };
  if (code === "COMMS_VERSION_MISMATCH") return { problem: { code, detail }, version: refusal.version };
  return { problem: { code, detail } };
}

import { type Fields, fieldsOf, listOf, textOf } from "#shared/domain/json/readers.ts";
import { adminFlags, callAdmin, hasFormat, textFlag } from "./admin-api.ts";
import { type CliCommand, exit } from "./command.ts";
import { alignedTable, cellOf } from "./table.ts";

/** `comms approve`: shows what waits for a second person, and decides it. */
export const approve: CliCommand = {
  name: "approve",
  usage: 'approve list | ID --reason "…" [--reject]; [--tenant T] [--format text|json]',
  summary: "Show the changes that wait for a second person; approve or reject one",
  flags: { ...adminFlags, reason: { type: "string" }, reject: { type: "boolean", default: false } },
  accepts: (invocation) => {
    const { args, flags } = invocation;
    const [id = "list"] = args;
    return args.length <= 1 && hasFormat(flags) && (id === "list" || textFlag(invocation, "reason") !== undefined);
  },
  run: async (invocation) => {
    const [id = "list"] = invocation.args;
    if (approve.accepts?.(invocation) !== true) {
      process.stderr.write(`Usage: comms ${approve.usage}\nThe --reason is audited.\n`);
      return exit.usage;
    }
    const tenant = textFlag(invocation, "tenant");
    if (id === "list") return callAdmin(invocation, { method: "GET", path: "approvals", tenant }, approvalTable);
    const verb = invocation.flags["reject"] === true ? "reject" : "approve";
    const path = `approvals/${encodeURIComponent(id)}/${verb}`;
    const call = { method: "POST", path, body: { reason: textFlag(invocation, "reason") }, tenant } as const;
    return callAdmin(invocation, call, (answer) => `The request is ${textOf(answer["state"])}.\n`);
  },
};

function approvalTable({ approvals }: Fields): string {
  const rows = listOf(approvals).map((one) => {
    const { approval_id, action, target, requested_by, expires_at, reason } = fieldsOf(one);
    return [approval_id, action, JSON.stringify(target), requested_by, expires_at, reason].map(cellOf);
  });
  return alignedTable([["REQUEST", "ACTION", "TARGET", "BY", "UNTIL", "REASON"], ...rows]);
}

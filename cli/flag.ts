import { type Fields, fieldsOf, listOf, textOf } from "#shared/domain/json/readers.ts";
import { flagKindOf } from "#shared/domain/policy/flag-names.ts";
import { adminFlags, callAdmin, hasFormat, textFlag } from "./admin-api.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";
import { parseDuration } from "./duration.ts";
import { alignedTable, cellOf } from "./table.ts";

/** `comms flag`: shows, sets and clears flags through the admin API. */
export const flag: CliCommand = {
  name: "flag",
  usage:
    'flag list | set NAME true|false --reason "…" [--for 2h] | clear NAME --reason "…"; [--tenant T] [--format text|json]',
  summary: "Show the flags that are set, set one or clear one",
  flags: { ...adminFlags, reason: { type: "string" }, for: { type: "string" } },
  accepts: (invocation) => hasFormat(invocation.flags) && takes(invocation),
  run: async (invocation) => {
    const [verb = "list", name = "", value] = invocation.args;
    if (flag.accepts?.(invocation) !== true) {
      process.stderr.write(
        `Usage: comms ${flag.usage}\nA change names a flag of docs/flags.md and its --reason, which is audited.\n`,
      );
      return exit.usage;
    }
    const tenant = textFlag(invocation, "tenant");
    if (verb === "list") return callAdmin(invocation, { method: "GET", path: "flags", tenant }, flagTable);
    const path = `flags/${encodeURIComponent(name)}`;
    const reason = textFlag(invocation, "reason");
    if (verb === "clear") {
      return callAdmin(invocation, { method: "DELETE", path, body: { reason }, tenant }, () => `${name} is cleared.\n`);
    }
    return setFlagNamed(invocation, { name, value: value === "true" });
  },
};

function takes(invocation: Invocation): boolean {
  const [verb = "list", name, value, ...more] = invocation.args;
  if (more.length > 0 || !hasGoodTime(invocation)) return false;
  if (verb === "list") return name === undefined;
  if (flagKindOf(name ?? "") === undefined || textFlag(invocation, "reason") === undefined) return false;
  return verb === "set" ? value === "true" || value === "false" : verb === "clear" && value === undefined;
}

/** Whether `--for` is left out or a time. */
export function hasGoodTime({ flags }: Invocation): boolean {
  const time = flags["for"];
  return time === undefined || (typeof time === "string" && parseDuration(time) !== undefined);
}

/** Sets a flag, until `--for` is over where it is given. */
export function setFlagNamed(
  invocation: Invocation,
  { name, value }: { readonly name: string; readonly value: boolean },
): Promise<number> {
  const lastsMs = parseDuration(textFlag(invocation, "for") ?? "");
  const expires_at = lastsMs === undefined ? null : new Date(Date.now() + lastsMs).toISOString();
  const body = { value, expires_at, reason: textFlag(invocation, "reason") };
  const call = {
    method: "PUT",
    path: `flags/${encodeURIComponent(name)}`,
    body,
    tenant: textFlag(invocation, "tenant"),
  } as const;
  return callAdmin(
    invocation,
    call,
    (answer) => `${name} is ${String(answer["value"])} for ${tenantWords(answer)}${untilWords(answer)}.\n`,
  );
}

function tenantWords({ tenant }: Fields): string {
  return tenant === "*" ? "all tenants" : `tenant ${textOf(tenant)}`;
}

function untilWords({ expires_at }: Fields): string {
  return typeof expires_at === "string" ? ` until ${expires_at}` : "";
}

function flagTable({ flags }: Fields): string {
  const rows = listOf(flags).map((one) => {
    const { name, tenant, value, expires_at, updated_by, updated_at, reason } = fieldsOf(one);
    const texts = [name, tenant, String(value), expires_at, updated_by, updated_at, reason];
    return texts.map(cellOf);
  });
  return alignedTable([["FLAG", "TENANT", "VALUE", "UNTIL", "BY", "SINCE", "REASON"], ...rows]);
}

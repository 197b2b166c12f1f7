import { text } from "node:stream/consumers";
import { type Fields, fieldsOf, listOf, textOf } from "#shared/domain/json/readers.ts";
import { adminFlags, callAdmin, hasFormat, textFlag } from "./admin-api.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";
import { alignedTable, cellOf } from "./table.ts";

/** `comms suppression`: looks at the suppression list and changes it. An address comes by stdin, so that no shell keeps it. */
export const suppressionCommand: CliCommand = {
  name: "suppression",
  usage:
    'suppression list [--since 7d] | search --channel C | add --channel C --evidence E --reason "…" [--legal] [--scope S] | ' +
    'lift ID --reason "…" [--consent-source S --consented-at T --document D]; [--tenant T] [--format text|json]',
  summary: "Look up suppressed addresses, add one or lift one; the address is read from stdin",
  flags: {
    ...adminFlags,
    since: { type: "string" },
    channel: { type: "string" },
    evidence: { type: "string" },
    scope: { type: "string" },
    legal: { type: "boolean", default: false },
    reason: { type: "string" },
    "consent-source": { type: "string" },
    "consented-at": { type: "string" },
    document: { type: "string" },
  },
  accepts: (invocation) =>
    hasFormat(invocation.flags) && verbs.get(invocation.args[0] ?? "list")?.takes(invocation) === true,
  run: async (invocation) => {
    const verb = verbs.get(invocation.args[0] ?? "list");
    if (verb === undefined || suppressionCommand.accepts?.(invocation) !== true) {
      process.stderr.write(`Usage: comms ${suppressionCommand.usage}\nThe --reason is audited.\n`);
      return exit.usage;
    }
    return verb.run(invocation);
  },
};

interface Verb {
  takes(invocation: Invocation): boolean;
  run(invocation: Invocation): Promise<number>;
}

const consentFlags = ["consent-source", "consented-at", "document"] as const;

const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    "list",
    {
      takes: ({ args }) => args.length <= 1,
      run: (invocation) => {
        const since = textFlag(invocation, "since");
        const path = `suppressions${since === undefined ? "" : `?since=${encodeURIComponent(since)}`}`;
        return callAdmin(invocation, { method: "GET", path, tenant: textFlag(invocation, "tenant") }, entryTable);
      },
    },
  ],
  [
    "search",
    {
      takes: (invocation) => has(invocation, ["channel"]),
      run: async (invocation) => {
        const body = { channel: textFlag(invocation, "channel"), address: await addressFrom(process.stdin) };
        return callAdmin(invocation, post(invocation, "suppressions/search", body), entryTable);
      },
    },
  ],
  [
    "add",
    {
      takes: (invocation) => has(invocation, ["channel", "evidence", "reason"]),
      run: async (invocation) => {
        const body = {
          channel: textFlag(invocation, "channel"),
          address: await addressFrom(process.stdin),
          kind: invocation.flags["legal"] === true ? "legal" : "manual",
          scope: textFlag(invocation, "scope"),
          evidence: textFlag(invocation, "evidence"),
          reason: textFlag(invocation, "reason"),
        };
        const call = post(invocation, "suppressions", body);
        return callAdmin(
          invocation,
          call,
          ({ suppression_id }) => `The address is on the list: ${textOf(suppression_id)}\n`,
        );
      },
    },
  ],
  [
    "lift",
    {
      takes: (invocation) => {
        const given = consentFlags.filter((name) => textFlag(invocation, name) !== undefined).length;
        const { args } = invocation;
        const isWhole = given === 0 || given === consentFlags.length;
        return args.length === 2 && isWhole && textFlag(invocation, "reason") !== undefined;
      },
      run: (invocation) => {
        const [source, consented_at, document] = consentFlags.map((name) => textFlag(invocation, name));
        const consent = source === undefined ? undefined : { source, consented_at, document };
        const path = `suppressions/${encodeURIComponent(invocation.args[1] ?? "")}/lift`;
        const call = post(invocation, path, { consent, reason: textFlag(invocation, "reason") });
        return callAdmin(invocation, call, () => "The entry is lifted.\n");
      },
    },
  ],
]);

function has(invocation: Invocation, names: readonly string[]): boolean {
  return invocation.args.length === 1 && names.every((name) => textFlag(invocation, name) !== undefined);
}

function post(invocation: Invocation, path: string, body: object) {
  return { method: "POST", path, body, tenant: textFlag(invocation, "tenant") } as const;
}

async function addressFrom(stdin: NodeJS.ReadStream): Promise<string> {
  if (stdin.isTTY) process.stderr.write("The address, and Ctrl-D:\n");
  return (await text(stdin)).trim();
}

function entryTable({ suppressions, next }: Fields): string {
  const rows = listOf(suppressions).map((one) => {
    const { suppression_id, channel, reason, origin, scope, created_at, lifted_at, template } = fieldsOf(one);
    const state = lifted_at === null ? "in force" : "lifted";
    return [suppression_id, channel, reason, origin, scope, state, created_at, template].map(cellOf);
  });
  const head = ["ENTRY", "CHANNEL", "REASON", "ORIGIN", "SCOPE", "STATE", "SINCE", "TEMPLATE"];
  const more = typeof next === "string" ? "There are more: --since asks for fewer.\n" : "";
  return `${alignedTable([head, ...rows])}${more}`;
}

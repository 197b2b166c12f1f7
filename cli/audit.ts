import { readChain, type StoredAuditRow } from "#shared/control/audit/read-chain.ts";
import { readHeads } from "#shared/control/audit/read-heads.ts";
import { type ChainReport, verifyChain } from "#shared/control/audit/verify-chain.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { type CliCommand, exit } from "./command.ts";
import { auditSettings } from "./command-settings.ts";
import { csvLine } from "./csv.ts";

const verbs = ["export", "verify"];
const formats = ["ndjson", "csv"];

/** `comms audit`: writes out what people have changed, and checks that nobody has changed the record of it. */
export const audit: CliCommand = {
  name: "audit",
  usage: "audit export [--tenant T] [--format ndjson|csv] [--verify] | verify [--tenant T]",
  summary: "Export the audit of a tenant, or verify that no row was altered, removed or cut off",
  flags: {
    tenant: { type: "string", default: "default" },
    format: { type: "string", default: "ndjson" },
    verify: { type: "boolean", default: false },
  },
  accepts: ({ args, flags }) =>
    args.length === 1 && verbs.includes(args[0] ?? "") && formats.includes(String(flags["format"])),
  run: async (invocation) => {
    const { args, flags } = invocation;
    if (audit.accepts?.(invocation) !== true) {
      process.stderr.write(`Usage: comms ${audit.usage}\n`);
      return exit.usage;
    }
    const platform = createProcessContext(readConfig(auditSettings), { name: "audit" });
    const tenantId = String(flags["tenant"]);
    const rows = readChain(platform.postgres(), tenantId);
    try {
      const written = args[0] === "export" ? writeOut(rows, String(flags["format"])) : rows;
      if (args[0] === "verify" || flags["verify"] === true) return await verify(platform, tenantId, written);
      for await (const _row of written);
      return exit.done;
    } finally {
      await platform.close();
    }
  },
};

/** Passes rows on as they are written to stdout. */
async function* writeOut(rows: AsyncIterable<StoredAuditRow>, format: string): AsyncGenerator<StoredAuditRow> {
  if (format === "csv") process.stdout.write(csvLine(columns.map(([name]) => name)));
  for await (const row of rows) {
    const values = columns.map(([name, value]) => [name, value(row)] as const);
    const line =
      format === "csv"
        ? csvLine(values.map(([, value]) => (typeof value === "string" ? value : JSON.stringify(value))))
        : `${JSON.stringify(Object.fromEntries(values))}\n`;
    if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once("drain", resolve));
    yield row;
  }
}

/** The fields of an exported row, as the table names them. */
const columns: readonly (readonly [name: string, value: (row: StoredAuditRow) => unknown])[] = [
  ["audit_id", (row) => row.auditId],
  ["tenant_id", (row) => row.tenantId],
  ["number", (row) => row.number],
  ["created_at", (row) => new Date(row.at).toISOString()],
  ["actor", (row) => row.actor],
  ["action", (row) => row.action],
  ["target", (row) => row.target],
  ["reason", (row) => row.reason],
  ["diff", (row) => row.diff],
  ["before_hash", (row) => row.beforeHash],
  ["after_hash", (row) => row.afterHash],
  ["prev_hash", (row) => row.previousHash],
  ["hash", (row) => row.hash],
];

async function verify(
  platform: ProcessContext,
  tenantId: string,
  rows: AsyncIterable<StoredAuditRow>,
): Promise<number> {
  await platform.warm();
  const heads = await readHeads({ log: platform.log(), codec: platform.codec(), prefix: platform.prefix }, tenantId);
  const report = await verifyChain(rows, heads);
  process.stderr.write(wordsOf(report, { tenantId, heads: heads.length }));
  return report.faults.length === 0 ? exit.done : exit.failed;
}

/** What a verification found, a line each. */
export function wordsOf(
  { rows, linkedOnly, faults }: ChainReport,
  { tenantId, heads }: { readonly tenantId: string; readonly heads: number },
): string {
  const older = linkedOnly === 0 ? "" : `; of ${linkedOnly} of older releases only that they follow one another`;
  const against = `${rows} rows of tenant ${tenantId} checked against their hashes and ${heads} heads${older}`;
  if (faults.length === 0) return `The audit is whole: ${against}.\n`;
  const lines = faults.map(({ auditId, fault }) => `  ${fault}${auditId === null ? "" : ` (${auditId})`}\n`);
  return `The audit is not whole: ${against}.\n${lines.join("")}`;
}

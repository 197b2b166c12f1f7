import { lattice, statusName } from "#shared/domain/status/status.ts";
import { type Columns, type ColumnType, rowStatement } from "#shared/platform/postgres/columns.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { type MessageRow, messageColumnEntries, type StampGroup } from "../core/message-row.ts";

/** The columns of `comms_message` with their values: those of the row, and the rank of its status. */
export const storedColumns: Columns<MessageRow> = {
  ...Object.fromEntries(
    messageColumnEntries.map(([name, { type }]) => [
      name,
      { type: (type === "status" ? "text" : type) satisfies ColumnType, value: (row: MessageRow) => row[name] },
    ]),
  ),
  status: { type: "text", value: (row) => statusName(row.status) },
  status_rank: { type: "smallint", value: (row) => lattice[row.status].rank },
};

/** Merges rows into `comms_message`, at most one a message. */
export const messageStatement = rowStatement(sqlFile(import.meta.url, "./upsert-messages.sql"), storedColumns, {
  merges: [...messageColumnEntries.map(([name, { merge }]) => mergeOf(name, merge)), mergeOf("status_rank", "status")]
    .filter((clause) => clause !== undefined)
    .join(",\n  "),
});

/** The clause that merges one column by the rule of `mergeRows`; none for a column that is always the same. */
function mergeOf(name: string, merge: StampGroup | "key" | "greatest" | "least"): string | undefined {
  if (merge === "key") return undefined;
  if (merge === "greatest" || merge === "least") return `${name} = ${merge}(excluded.${name}, m.${name})`;
  return `${name} = case when ${isLater(merge)} then excluded.${name} else m.${name} end`;
}

function isLater(group: StampGroup): string {
  if (group === "status") return "(excluded.status_rank, excluded.status_stamp) > (m.status_rank, m.status_stamp)";
  return `excluded.${group}_stamp > m.${group}_stamp`;
}

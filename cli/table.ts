/** Rows as aligned columns, a line each; the first row is the head. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** A value of an answer as a cell; a dash for what is not a text. */
export function cellOf(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "-";
}

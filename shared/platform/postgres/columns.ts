/** How Postgres takes the values of a column: one array a statement. */
const arrayTypes = {
  text: "text[]",
  int: "int[]",
  smallint: "smallint[]",
  bigint: "bigint[]",
  boolean: "boolean[]",
  bytea: "bytea[]",
  /** The value is a JSON text. */
  jsonb: "jsonb[]",
  /** The value is a JSON text, an array of strings; the column is a `text[]`. `unnest` cannot take an array of those. */
  texts: "jsonb[]",
  /** The value is in ms; the column is a `timestamptz`. */
  instant: "float8[]",
} as const;

/** What a column holds. */
export type ColumnType = keyof typeof arrayTypes;

interface Column<Row> {
  readonly type: ColumnType;
  readonly value: (row: Row) => unknown;
}

/** The columns that a statement writes, each once, by name. Both its text and its parameters come from here. */
export type Columns<Row> = Readonly<Record<string, Column<Row>>>;

/** A statement that writes any number of rows at once. */
export interface RowStatement<Row> {
  readonly text: string;
  /** One array a column. A value that is undefined is written as null. */
  readonly parameters: (rows: readonly Row[]) => unknown[][];
}

/** The columns that hold a field of the row of the same name, unchanged. */
export function fieldColumns<Row extends object>(
  types: Readonly<Partial<Record<keyof Row & string, ColumnType>>>,
): Columns<Row> {
  const entries = Object.entries(types) as [keyof Row & string, ColumnType][];
  return Object.fromEntries(entries.map(([name, type]) => [name, { type, value: (row: Row) => row[name] }]));
}

/**
 * Fills the holes of an SQL text from the columns: `{columns}` are their names, `{rows}` is the parameters as a table,
 * and `{values}` what to select from it. `holes` fills others. Throws if the text has a hole that nothing fills.
 */
export function rowStatement<Row>(
  text: string,
  columns: Columns<Row>,
  holes: Readonly<Record<string, string>> = {},
): RowStatement<Row> {
  const entries = Object.entries(columns);
  const names = Object.keys(columns).join(", ");
  const arrays = entries.map(([, { type }], at) => `$${at + 1}::${arrayTypes[type]}`);
  const filled: Readonly<Record<string, string>> = {
    columns: names,
    values: entries.map(([name, { type }]) => valueOf(name, type)).join(", "),
    rows: `unnest(${arrays.join(", ")}) as r (${names})`,
    ...holes,
  };
  return {
    text: text.replaceAll(/\{([a-z]+)\}/g, (hole, name: string) => {
      const part = filled[name];
      if (part === undefined) throw new Error(`Nothing fills the hole ${hole} of the statement`);
      return part;
    }),
    parameters: (rows) => entries.map(([, { value }]) => rows.map(value)),
  };
}

/** The set clause by which the later of two rows replaces the named columns. */
export function replaceColumns<Row>(columns: Columns<Row>, kept: readonly string[]): string {
  const replaced = Object.keys(columns).filter((name) => !kept.includes(name));
  return replaced.map((name) => `${name} = excluded.${name}`).join(", ");
}

function valueOf(name: string, type: ColumnType): string {
  if (type === "instant") return `to_timestamp(${name} / 1000.0)`;
  if (type === "texts") return `array(select jsonb_array_elements_text(${name}))`;
  return name;
}

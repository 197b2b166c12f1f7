/**
 * What the projector's upsert costs, by three ways to pass the rows: an array a column (`unnest`), as the driver writes it or as
 * a literal of our own, and one JSON text (`jsonb_to_recordset`). `bin/node tests/bench/main.ts upsert`. Medians, in µs a row; the server's CPU is that of the
 * connection's own process.
 */
import { readFileSync } from "node:fs";
import type { Pool } from "pg";
import { messageStatement, storedColumns } from "#processors/projector/adapters/message-statement.ts";
import type { MessageRow } from "#processors/projector/core/message-row.ts";
import { rowOfDecision, rowOfFeedback, rowOfRendered } from "#processors/projector/core/message-rows.ts";
import { arrayLiteral } from "#shared/platform/postgres/array-literal.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { createDatabase } from "#tests/support/database.ts";
import { aDecision, aFeedback, aRendered } from "#tests/unit/processors/projector/core/builders.ts";

/** Runs of one batch size: enough statements for a median, few enough rows for a minute. */
const plans = [
  { batch: 1, runs: 2_000 },
  { batch: 50, runs: 400 },
  { batch: 500, runs: 60 },
] as const;

interface Way {
  readonly name: string;
  readonly text: string;
  readonly values: (rows: readonly MessageRow[]) => unknown[];
}

const sqlTypes: Readonly<Record<string, string>> = { instant: "float8" };
const recordset = `jsonb_to_recordset($1::jsonb) as r (${Object.entries(storedColumns)
  .map(([name, { type }]) => `${name} ${sqlTypes[type] ?? type}`)
  .join(", ")})`;

const ways: readonly Way[] = [
  { name: "unnest, driver", text: messageStatement.text, values: messageStatement.parameters },
  {
    name: "unnest, literals",
    text: messageStatement.text,
    values: (rows) => messageStatement.parameters(rows).map(arrayLiteral),
  },
  {
    name: "jsonb_to_recordset",
    text: messageStatement.text.replace(/unnest\(.*\) as r \(.*\)/, () => recordset),
    values: (rows) => [
      JSON.stringify(
        rows.map((row) =>
          Object.fromEntries(Object.entries(storedColumns).map(([name, { value }]) => [name, value(row)])),
        ),
      ),
    ],
  },
];

/** CPU that a process has used, µs. Linux counts it in ns there. */
function serverCpuMicros(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The three records of one message in turn, as they come from the log: an insert and two updates. */
function rowsOf(run: number, batch: number): readonly MessageRow[] {
  const of = [
    (msg_id: string) => rowOfDecision(aDecision({ msg_id, decision_id: msg_id })),
    (msg_id: string) => rowOfRendered(aRendered({ msg_id })),
    (msg_id: string) => rowOfFeedback(aFeedback({ msg_id, feedback_id: msg_id })),
  ][run % 3] as (id: string) => MessageRow;
  const first = Math.floor(run / 3) * batch;
  return Array.from({ length: batch }, (_, at) =>
    of(`018f3a6e-7b1c-7c8e-9d42-${String(first + at).padStart(12, "0")}`),
  );
}

async function measure(pool: Pool, ways: readonly Way[], { batch, runs }: (typeof plans)[number]): Promise<void> {
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pid = rows[0]?.pid ?? 0;
  for (const { name, text, values } of ways) {
    await pool.query("truncate comms_message");
    const samples: { client: number; server: number; wall: number }[] = [];
    for (let run = 0; run < runs; run++) {
      const batchRows = rowsOf(run, batch);
      const [began, used, served] = [performance.now(), process.cpuUsage(), serverCpuMicros(pid)];
      await pool.query({ name, text, values: values(batchRows) });
      const { user, system } = process.cpuUsage(used);
      const wall = (performance.now() - began) * 1_000;
      samples.push({ client: user + system, server: serverCpuMicros(pid) - served, wall });
    }
    const warm = samples.slice(Math.floor(runs / 4));
    const each = (of: "client" | "server" | "wall") =>
      (median(warm.map((one) => one[of])) / batch).toFixed(1).padStart(8);
    process.stdout.write(
      `${String(batch).padStart(4)} rows  ${name.padEnd(20)} client ${each("client")}  server ${each("server")}  wall ${each("wall")}\n`,
    );
  }
}

/** Prints the figures of all ways, batch by batch, twice over in one run. */
export async function benchUpsert(): Promise<void> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 1 });
  try {
    process.stdout.write("upsert into comms_message, µs a row, medians\n");
    for (const plan of plans) for (const order of [ways, ways.toReversed()]) await measure(pool, order, plan);
  } finally {
    await pool.end();
    await database.drop();
  }
}

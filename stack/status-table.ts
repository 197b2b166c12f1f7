import { connect } from "node:net";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import type { PartStatus } from "./engine.ts";

export interface Row {
  readonly name: string;
  readonly state: string;
  readonly pid?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly residentBytes?: number | undefined;
  readonly address: string;
}

/** A line for each address of the stack: the parts with what they do, then what lies or may run beside them. */
export function statusRows(parts: readonly PartStatus[], addresses: Addresses, answering: ReadonlySet<string>): Row[] {
  const { kafka, registry, postgres, redis, artifacts, gateway, simulator, secure } = addresses;
  const byName: Readonly<Record<string, string>> = {
    kafka: kafka.bootstrap,
    registry: registry.url,
    postgres: postgres.url,
    redis: redis.url,
  };
  const state = (address: string) => (answering.has(address) ? "answers" : "not started");
  return [
    ...parts.map((part) => ({ ...part, address: byName[part.name] ?? "" })),
    ...(secure === undefined ? [] : [{ name: "kafka-mtls", state: "listener", address: secure.kafkaTls }]),
    { name: "artifacts", state: "folder", address: artifacts.url },
    { name: "gateway", state: state(gateway.url), address: gateway.url },
    { name: "simulator", state: state(simulator.url), address: simulator.url },
    { name: "smtp", state: state(simulator.smtp), address: simulator.smtp },
    { name: "ledger", state: "file", address: simulator.ledger },
  ];
}

/** The rows as a table of aligned columns, with a head. */
export function tableOf(rows: readonly Row[], now: number): string {
  const cells = rows.map((row) => [
    row.name,
    row.state,
    row.pid?.toString() ?? "-",
    row.startedAt === undefined ? "-" : age(now - row.startedAt),
    row.residentBytes === undefined ? "-" : `${Math.round(row.residentBytes / 1024 ** 2)} MiB`,
    row.address,
  ]);
  return aligned([["PART", "STATE", "PID", "UP", "MEMORY", "ADDRESS"], ...cells]);
}

/** The two largest units of a duration: `2 d 3 h`, `4 m 5 s`. */
export function age(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const units: readonly (readonly [string, number])[] = [
    ["d", Math.floor(total / 86_400)],
    ["h", Math.floor(total / 3_600) % 24],
    ["m", Math.floor(total / 60) % 60],
    ["s", total % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return shown.map(([unit, count]) => `${count} ${unit}`).join(" ");
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const padded = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return padded.map((line) => `${line.trimEnd()}\n`).join("");
}

/** Those of the URLs whose port accepts a connection. */
export async function answeringAmong(urls: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(urls.map(accepts));
  return new Set(urls.filter((_, index) => found[index]));
}

function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

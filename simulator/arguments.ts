import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import type { SimulatorOptions } from "./options.ts";

export const usage = `Usage: simulator [--stack .carillon/stack.json] [--host H] [--port N] [--smtp-port N] [--ledger FILE]
                 [--gateway URL] [--callback-delay-ms N] [--out-of-order SHARE] [--seed N]
                 [--sns-key-bits N]
An argument overrides the stack's file. Without either, free ports are used and the ledger is simulator-ledger.jsonl.`;

const options = {
  stack: { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  "smtp-port": { type: "string" },
  ledger: { type: "string" },
  gateway: { type: "string" },
  "callback-delay-ms": { type: "string" },
  "out-of-order": { type: "string" },
  seed: { type: "string" },
  "sns-key-bits": { type: "string" },
} as const;

/** The options of a command line. Throws an Error that says which one cannot be read. */
export function simulatorOptions(argv: readonly string[]): SimulatorOptions {
  const { values } = parseArgs({ args: [...argv], options });
  const overrides: Partial<SimulatorOptions> = {
    ...(values.host !== undefined && { host: values.host }),
    ...number("port", values.port),
    ...number("smtpPort", values["smtp-port"]),
    ...(values.ledger !== undefined && { ledgerPath: values.ledger }),
    ...(values.gateway !== undefined && { callbackBase: values.gateway }),
    ...number("callbackDelayMs", values["callback-delay-ms"]),
    ...number("outOfOrderShare", values["out-of-order"]),
    ...number("seed", values.seed),
    ...number("snsKeyBits", values["sns-key-bits"]),
  };
  return {
    ledgerPath: "simulator-ledger.jsonl",
    ...(values.stack !== undefined && stackOptions(JSON.parse(readFileSync(values.stack, "utf8")))),
    ...overrides,
  };
}

/** The addresses of the simulator and the gateway in the stack's file. */
export function stackOptions({ simulator, gateway }: Pick<Addresses, "simulator" | "gateway">): SimulatorOptions {
  const http = new URL(simulator.url);
  return {
    host: http.hostname,
    port: Number(http.port),
    smtpPort: Number(simulator.smtp.split(":").at(-1)),
    ledgerPath: simulator.ledger,
    callbackBase: gateway.url.replace(/\/$/, ""),
  };
}

function number<Name extends string>(name: Name, text: string | undefined): { [K in Name]?: number } {
  if (text === undefined) return {};
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number from 0 on, not ${text}`);
  return { [name]: value } as { [K in Name]?: number };
}

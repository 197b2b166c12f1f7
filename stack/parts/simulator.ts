import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Part } from "../part.ts";
import type { ServiceContext } from "../service-context.ts";

const program = fileURLToPath(new URL("../../simulator/main.ts", import.meta.url));

/** The providers' double. It receives the local stack's mails, pushes and texts, and sends their callbacks. */
export function simulatorService({ layout, addresses }: ServiceContext): Part {
  const { simulator } = addresses;
  return {
    name: "simulator",
    address: simulator.url,
    logFile: join(layout.logs, "simulator.log"),
    stopSignal: "SIGTERM",
    prepare: async () => {
      await mkdir(dirname(simulator.ledger), { recursive: true });
    },
    command: () => ({ file: process.execPath, args: [program, ...argumentsOf(addresses)] }),
    ready: () => answers(`${simulator.url}/control/health`),
  };
}

function argumentsOf({ simulator, gateway }: ServiceContext["addresses"]): string[] {
  const { hostname, port } = new URL(simulator.url);
  const smtpPort = new URL(simulator.smtp).port;
  return [
    "--host",
    hostname,
    "--port",
    port,
    "--smtp-port",
    smtpPort,
    "--ledger",
    simulator.ledger,
    "--gateway",
    gateway.url,
  ];
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer?.ok === true;
}

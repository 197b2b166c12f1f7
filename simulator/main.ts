import { simulatorOptions, usage } from "./arguments.ts";
import { startSimulator } from "./simulator.ts";

/** Starts the simulator from its command line, prints its addresses in one line of JSON, and ends on SIGTERM or SIGINT. */
async function main(argv: readonly string[]): Promise<void> {
  const simulator = await startSimulator(simulatorOptions(argv));
  const { url, smtp, ledgerPath: ledger } = simulator;
  process.stdout.write(`${JSON.stringify({ url, smtp, ledger })}\n`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main(process.argv.slice(2)).catch((error: Error & { code?: string; port?: number }) => {
  const isPortTaken = error.code === "EADDRINUSE";
  process.stderr.write(
    isPortTaken
      ? `Port ${error.port} is taken: end what listens there, or give another port\n`
      : `${error.message}\n${usage}\n`,
  );
  process.exit(78);
});

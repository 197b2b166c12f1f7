/** `make bench`: prints figures, and judges none of them. Name benches to run only those: `bin/node tests/bench/main.ts path`. */

import { readStackConfig } from "#shared/config/stack-config.ts";
import { optionsOf } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { benchDemo } from "./demo.ts";
import { benchFaults } from "./faults.ts";
import { benchBrief, benchPath } from "./path.ts";

const benches: Readonly<Record<string, () => Promise<void>>> = {
  demo: benchDemo,
  path: benchPath,
  faults: benchFaults,
};

const wanted = process.argv.slice(2);
if (wanted.includes("brief")) await benchBrief();
await startStack(optionsOf(readStackConfig(), (line) => void process.stderr.write(`${line}\n`)));
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
process.exit(0);

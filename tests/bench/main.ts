/** `make bench`: prints figures, and checks none of them. Name benches to run only those: `bin/node tests/bench/main.ts path`. */
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { benchDemo } from "./demo.ts";
import { benchFaults } from "./faults.ts";
import { benchGarbage } from "./garbage.ts";
import { benchHop } from "./hop.ts";
import { benchHot } from "./hot.ts";
import { benchBrief, benchPath } from "./path.ts";
import { benchShell } from "./shell.ts";
import { benchTls } from "./tls.ts";
import { benchUpsert } from "./upsert.ts";

const benches: Readonly<Record<string, () => Promise<void>>> = {
  demo: benchDemo,
  hop: benchHop,
  shell: benchShell,
  path: benchPath,
  faults: benchFaults,
  brief: benchBrief,
  upsert: benchUpsert,
  garbage: benchGarbage,
  hot: benchHot,
  tls: benchTls,
};
const usual = ["demo", "hop", "path", "faults"];

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : usual) {
  const bench = benches[name];
  if (!bench) throw new Error(`There is no bench '${name}'. There are: ${Object.keys(benches).join(", ")}`);
  await startStack(stackOptionsFrom(readStackConfig(), (line) => void process.stderr.write(`${line}\n`)));
  await bench();
}
process.exit(0);

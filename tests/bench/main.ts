/**
 * `make bench`: prints figures, and fails where a message is lost or comes twice, or an objective is missed. Name suites to run only those:
 * `make bench SUITE=drain COUNT=5000 LAYOUT=2`, or `bin/node tests/bench/main.ts drain --count=5000 --layout=2`.
 */
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { benchArtifacts } from "./artifacts.ts";
import { benchChanges } from "./changes.ts";
import { benchCodes } from "./codes.ts";
import { benchDemo } from "./demo.ts";
import { benchDrain } from "./drain.ts";
import { benchBroker, benchFaults } from "./faults.ts";
import { benchGarbage } from "./garbage.ts";
import { benchHop } from "./hop.ts";
import { benchHot } from "./hot.ts";
import { type BenchOptions, benchOptions } from "./options.ts";
import { benchBrief, benchPath } from "./path.ts";
import { benchPause } from "./pause.ts";
import { benchPeer } from "./peer.ts";
import { benchRedisClient } from "./redis-client.ts";
import { benchSender } from "./sender.ts";
import { benchShell } from "./shell.ts";
import { benchSlo } from "./slo.ts";
import { benchSoak } from "./soak.ts";
import { benchTls } from "./tls.ts";
import { benchUpsert } from "./upsert.ts";

/** What a suite tells in one line of JSON. */
interface SuiteFigures {
  readonly lost: number;
  readonly twice: number;
  /** False where an objective was missed; absent where none is judged. */
  readonly met?: boolean;
}

const suites: Readonly<Record<string, (options: BenchOptions) => Promise<SuiteFigures | undefined | void>>> = {
  demo: benchDemo,
  hop: benchHop,
  shell: benchShell,
  artifacts: benchArtifacts,
  path: benchPath,
  faults: benchFaults,
  brief: benchBrief,
  upsert: benchUpsert,
  "redis-client": benchRedisClient,
  garbage: benchGarbage,
  hot: benchHot,
  tls: benchTls,
  drain: benchDrain,
  sender: benchSender,
  peer: benchPeer,
  codes: benchCodes,
  pause: benchPause,
  changes: benchChanges,
  soak: benchSoak,
  slo: benchSlo,
  broker: benchBroker,
};
const usual = ["demo", "hop", "path", "faults"];

/** Runs the suites one after the other; 1 where one of them lost a message or sent one twice, 2 where one is unknown. */
async function main(argv: readonly string[]): Promise<number> {
  const options = benchOptions(argv);
  const wanted = options.suites.length > 0 ? options.suites : usual;
  const unknown = wanted.filter((name) => !(name in suites));
  if (unknown.length > 0)
    throw new Error(`There is no suite '${unknown[0]}': name one of ${Object.keys(suites).join(", ")}`);
  let code = 0;
  for (const name of wanted) {
    await startStack(stackOptionsFrom(readStackConfig(), (line) => void process.stderr.write(`${line}\n`)));
    const figures = await suites[name]?.(options);
    if (figures === undefined) continue;
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    if (figures.lost > 0 || figures.twice > 0 || figures.met === false) code = 1;
  }
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(2);
  },
);

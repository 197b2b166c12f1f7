/** `make proof SUITE=simulation`: a proof that takes longer than a test may; its figures go to `docs/proofs.md`. */
import { proveAttacks } from "./attacks.ts";
import { proveSimulation } from "./simulation.ts";

const suites: Readonly<Record<string, (names: readonly string[]) => Promise<boolean>>> = {
  simulation: proveSimulation,
  attacks: proveAttacks,
};

const name = process.argv[2] ?? "";
const prove = suites[name];
if (prove === undefined) {
  process.stderr.write(`There is no proof '${name}'. There are: ${Object.keys(suites).join(", ")}\n`);
  process.exit(2);
}
process.exit((await prove(process.argv.slice(3))) ? 0 : 1);

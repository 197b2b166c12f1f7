/** `make proof SUITE=simulation`: a proof that takes longer than a test may; its figures go to `docs/proofs.md`. */
import { proveAcl } from "./acl.ts";
import { proveAttacks } from "./attacks.ts";
import { proveNaughty } from "./naughty.ts";
import { proveSimulation } from "./simulation.ts";

const suites: Readonly<Record<string, (names: readonly string[]) => Promise<boolean>>> = {
  acl: proveAcl,
  attacks: proveAttacks,
  naughty: proveNaughty,
  simulation: proveSimulation,
};

const name = process.argv[2] ?? "";
const prove = suites[name];
if (prove === undefined) {
  process.stderr.write(`There is no proof '${name}'. There are: ${Object.keys(suites).join(", ")}\n`);
  process.exit(2);
}
process.exit((await prove(process.argv.slice(3))) ? 0 : 1);

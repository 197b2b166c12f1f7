import { randomInt } from "node:crypto";

/**
 * The seed of this run: `COMMS_SEED` if it is set, to repeat a failure, else a new one. Put it into the test's title, so
 * that a failure names it.
 */
export function freshSeed(): number {
  const given = process.env["COMMS_SEED"];
  if (given === undefined) return randomInt(2 ** 31);
  if (!/^\d{1,10}$/.test(given)) throw new Error(`COMMS_SEED is ${given}; set it to a whole number`);
  return Number(given);
}

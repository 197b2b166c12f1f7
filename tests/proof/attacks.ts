import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { attacks } from "./attacks/attacks.ts";
import { writeFigures } from "./proof-page.ts";

/** Runs every attack, or those named. All of them write their figures into `docs/proofs.md`. Resolves with whether each bound held. */
export async function proveAttacks(names: readonly string[]): Promise<boolean> {
  await startStack(stackOptionsFrom(readStackConfig(), (line) => void process.stderr.write(`${line}\n`)));
  const rows = ["| attack | | figure | bound |", "|---|---|---|---|"];
  let isHeld = true;
  for (const attack of attacks.filter(({ id }) => names.length === 0 || names.includes(id))) {
    for (const [index, figure] of (await attack.run()).entries()) {
      isHeld &&= figure.holds;
      const first = index === 0 ? `${attack.id.toUpperCase()}: ${attack.did}` : "";
      rows.push(
        `| ${first} | ${figure.what} | ${figure.value}${figure.holds ? "" : " **(broken)**"} | ${figure.bound} |`,
      );
      process.stdout.write(`${rows.at(-1)}\n`);
    }
  }
  if (names.length === 0) writeFigures("attacks", rows);
  return isHeld;
}

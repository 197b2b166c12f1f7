import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { stackStatus, startStack, stopStack } from "#stack/stack.ts";

/**
 * Gives the integration tests the stack of this checkout. One that ran before stays up; one that was started for the
 * tests is stopped after them.
 */
export async function setup(): Promise<() => Promise<void>> {
  const options = stackOptionsFrom(readStackConfig(), (line) => process.stderr.write(`${line}\n`));
  const before = await stackStatus(options);
  await startStack(options);
  return async () => {
    if (before.state === "down") await stopStack(options);
  };
}

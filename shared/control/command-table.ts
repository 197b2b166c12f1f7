import type { CommandTable } from "./approvals/decide-approval.ts";
import type { Command } from "./command.ts";
import { clearFlag, setFlag } from "./flags/flags.ts";
import { addSuppression } from "./suppressions/add-suppression.ts";
import { liftSuppression } from "./suppressions/lift-suppression.ts";

/** Every command, by its action: what an approval can run. */
export const commandTable: CommandTable = new Map(
  [setFlag, clearFlag, addSuppression, liftSuppression].map((command) => [
    command.action,
    command as Command<never, unknown>,
  ]),
);

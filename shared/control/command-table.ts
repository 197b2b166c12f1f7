import { approvable, type CommandTable } from "./approvals/decide-approval.ts";
import { clearFlag, setFlag } from "./flags/flags.ts";
import { addSuppression } from "./suppressions/add-suppression.ts";
import { liftSuppression } from "./suppressions/lift-suppression.ts";

/** Every command, by its action: what an approval can run. */
export const commandTable: CommandTable = new Map(
  [approvable(setFlag), approvable(clearFlag), approvable(addSuppression), approvable(liftSuppression)].map((one) => [
    one.action,
    one,
  ]),
);

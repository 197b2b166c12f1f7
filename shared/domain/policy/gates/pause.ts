import type { Flag } from "#shared/contracts/records.ts";
import { flagKey } from "../../message/record-keys.ts";
import type { Instant } from "../../time/instant.ts";
import { flagNames } from "../flag-names.ts";
import { bindingFlag, describeFlag, type Flags } from "../flags.ts";
import { type Deferral, defer, type GateResult, pass, unlessCritical } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** How long a paused message waits at most before it is asked again, ms: its release comes from the flag, this is for a release that never came. */
export const pauseRecheckMs = 3_600_000;

/** What a pause is asked for. */
type Pausable = Pick<Routable, "tenantId" | "channel" | "templateName" | "critical" | "expiresAt">;

/** The flags, and what is known of the way out. */
export interface PauseFacts {
  readonly flags: Flags;
  /** The account that would send it, by its provider's name and its id; undefined where no account is chosen yet. */
  readonly account?: { readonly id: string; readonly provider: string };
}

/**
 * Lets a message wait while its tenant, channel, template or provider is paused, critical or not, and while everything that
 * is not critical is (INC-02). Nothing is discarded: the message comes back through every gate when the flag is lifted or ends,
 * when the message expires, and after `pauseRecheckMs` at the latest.
 */
export function pause(
  message: Pausable,
  { flags, account }: PauseFacts,
  now: Instant,
): GateResult<"PASS" | "BYPASS" | "DEFER"> {
  if (flags.size === 0) return pass(notPaused);
  const question = { tenantId: message.tenantId, now };
  for (const name of pausesOf(message, account)) {
    const flag = bindingFlag(flags, name, question);
    if (flag) return waitFor(flag, message, now);
  }
  const flag = bindingFlag(flags, flagNames.nonCritical, question);
  return flag ? unlessCritical(message.critical, waitFor(flag, message, now)) : pass(notPaused);
}

const notPaused = "Nothing that it needs is paused";

/** The pauses that bind critical messages too. */
function pausesOf({ channel, templateName }: Pausable, account: PauseFacts["account"]): readonly string[] {
  const { pauseTenant, pauseChannel, pauseTemplate, pauseProvider } = flagNames;
  const names = [pauseTenant, pauseChannel(channel), pauseTemplate(templateName)];
  return account ? [...names, pauseProvider(account.provider), pauseProvider(account.id)] : names;
}

function waitFor(flag: Flag, { expiresAt }: Pausable, now: Instant): Deferral {
  const dueAt = Math.min(now + pauseRecheckMs, flag.expires_at ?? Infinity, expiresAt ?? Infinity);
  return defer({ kind: "pause", reason: "COMMS_PAUSED", dueAt, detail: describeFlag(flag), pauseKey: flagKey(flag) });
}

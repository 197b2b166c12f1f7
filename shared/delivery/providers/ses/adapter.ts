import { systemClock } from "#shared/platform/clock/clock.ts";
import type { SubjectSeal } from "#shared/platform/crypto/subject-seal.ts";
import type { ChannelAdapter } from "../../adapter.ts";
import type { MailOptions } from "../../email/mail-options.ts";
import type { ProviderContext } from "../provider.ts";
import { openSesCall } from "./call.ts";
import type { SesAccess } from "./client.ts";
import { invalidLocalPart, sesAnswers } from "./core/answers.ts";
import { sendRequestOf } from "./request.ts";

/** The options of the adapter. `config.ts` has where they come from. */
export interface SesOptions extends SesAccess {
  readonly mail: MailOptions;
  /** Default none: the webhooks of these mails then look their message up. */
  readonly subjects?: Pick<SubjectSeal, "seal">;
  /** Default: the machine's. */
  readonly clock?: ProviderContext["clock"];
}

/** SES v2's SendEmail. */
export function createSesAdapter(options: SesOptions): ChannelAdapter {
  const clock = options.clock ?? systemClock;
  const call = openSesCall(options, { now: () => clock.now() });
  return {
    answers: sesAnswers,
    send: async (message, signal) => {
      if (!isAsciiMailbox(message.target.address)) return { kind: "refused", code: invalidLocalPart };
      return call.send(await sendRequestOf(message, options.mail, options.subjects), signal);
    },
    close: () => call.close(),
  };
}

/** Whether SES can take the address: it has no SMTPUTF8. The domain is in ASCII already. */
function isAsciiMailbox(address: string): boolean {
  return /^[\x21-\x7e]+$/.test(address);
}

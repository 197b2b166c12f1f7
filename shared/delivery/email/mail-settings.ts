import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { domainName } from "#shared/platform/config/setting-types.ts";
import type { MailStream } from "./headers.ts";
import type { MailLinks, MailOptions } from "./mail-options.ts";

/** The settings that every email provider has beside its own. */
export const mailSettings = settingGroup("Mail", {
  COMMS_MAIL_DOMAIN: setting(domainName(), "The domain that transactional mail comes from, as `no-reply@` it."),
  COMMS_MARKETING_DOMAIN: setting(
    domainName(),
    "The domain that promotions come from, so that they have a reputation of their own.",
  ),
  COMMS_UNSUBSCRIBE_MAILBOX: setting(
    z.email("is not an address").optional(),
    "A mailbox that something reads, and unsubscribes by: its subject is the token of the link. Left out, mail offers the link alone.",
  ),
});

/** The domains that an account's mail comes from. */
export type MailDomains = ConfigOf<typeof mailSettings>;

/** How an account's mail is composed. */
export function mailOptionsOf(domains: MailDomains, links: MailLinks): MailOptions {
  const { COMMS_UNSUBSCRIBE_MAILBOX: unsubscribeMailbox } = domains;
  return {
    ...(unsubscribeMailbox && { unsubscribeMailbox }),
    streams: {
      transactional: streamAt(domains.COMMS_MAIL_DOMAIN, "transactional"),
      marketing: streamAt(domains.COMMS_MARKETING_DOMAIN, "marketing"),
    },
    ...links,
  };
}

function streamAt(domain: string, name: string): MailStream {
  return { from: `Carillon <no-reply@${domain}>`, domain, configurationSet: `comms-${name}` };
}

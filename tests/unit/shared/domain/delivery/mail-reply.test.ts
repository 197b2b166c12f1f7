import { expect, test } from "vitest";
import { blamesSender } from "#shared/domain/delivery/mail-reply.ts";

test.each([
  "5.3.0 rejected: IP on spamhaus block list",
  "5.1.1 blocked using zen.spamhaus.org",
  "5.5.0 DMARC failed",
  "5.4.1 relay access denied",
  "5.1.0 sender denied",
  "5.1.0 <a@b.example>: Sender address rejected: not owned by user",
  "5.2.0 this message looks like spam",
  "5.1.1 rejected due to policy",
  "550 No reverse DNS for your address",
  "550 Client host rejected: cannot find your hostname",
  "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation",
])("%s blames whoever sends", (text) => expect(blamesSender(text)).toBe(true));

test.each([
  "5.1.1 user unknown",
  "5.1.1 <spam@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
  "<dmarc@example.com>... no such user",
  "5.2.2 over quota",
  "5.4.1 Recipient address rejected: Access denied",
  "5.5.0 Requested action not taken: mailbox unavailable",
  "5.2.1 The email account that you tried to reach is disabled",
  "",
])("%s does not", (text) => expect(blamesSender(text)).toBe(false));

import { describe, expect, test } from "vitest";
import { byReply } from "#shared/delivery/providers/ses/core/bounce-reply.ts";

const ours = { status: "FAILED", alert: "P1" };
const soft = { status: "FAILED", description: "The mailbox does not take mail now" };
const full = { status: "FAILED", description: "The mailbox is full" };
const content = { status: "FAILED", description: "The content was refused" };

describe("the reply of a recipient's server, before SES's type of the bounce", () => {
  test.each<[string | null, string | null, object | undefined]>([
    ["5.7.1", "550 5.7.1 network on block list", ours],
    ["5.7.1", null, ours],
    ["5.7.26", "smtp; 550-5.7.26 unauthenticated sender", ours],
    ["5.0.0", "smtp; 554 5.7.0 policy", ours],
    ["5.1.1", "smtp; 550 5.7.1 rejected by policy", ours],
    ["5.7.509", "smtp; 550 5.1.1 unknown", ours],
    ["4.7.650", "smtp; 451 4.7.650 the mail server has been temporarily rate limited", ours],
    [
      "5.1.8",
      "smtp; 550 5.1.8 sender address rejected",
      { alert: "P1", description: "The sender's address is refused" },
    ],
    ["5.3.0", "smtp; 554 5.3.0 rejected: IP on spamhaus block list", ours],
    ["5.1.1", "smtp; 550 5.1.1 blocked using zen.spamhaus.org", ours],
    ["5.5.0", "smtp; 550 5.5.0 DMARC failed", ours],
    ["5.4.1", "smtp; 550 5.4.1 relay access denied", ours],
    ["5.1.0", "smtp; 550 5.1.0 sender denied", ours],
    ["5.1.0", "smtp; 550 5.1.0 <x@y.example> sender rejected", ours],
    ["5.2.1", "smtp; 550 5.2.1 this message looks like spam", ours],
    [
      "5.3.2",
      "smtp; 550 5.3.2 system not accepting network messages",
      { status: "FAILED", description: "The recipient's server takes no mail" },
    ],
    ["5.3.0", null, { status: "FAILED", description: "The recipient's server takes no mail" }],
    [
      "5.4.4",
      "smtp; 550 5.4.4 unable to route",
      { status: "FAILED", description: "No route leads to the recipient's server" },
    ],
    [
      "5.4.7",
      "smtp; 554 5.4.7 delivery expired",
      { status: "FAILED", description: "The mail could not be delivered in time" },
    ],
    [null, "smtp; 554 blocked using zen.spamhaus.org", ours],
    ["5.0.0", "smtp; 550 SPF check failed", ours],
    ["5.2.2", "smtp; 552 5.2.2 over quota", full],
    ["5.2.3", null, { status: "FAILED", description: "The mail is too large for the mailbox" }],
    ["5.3.4", null, { status: "FAILED", description: "The mail is too large for the mailbox" }],
    ["5.6.0", null, content],
    ["4.4.7", "smtp; 421 4.4.7 delivery time expired", soft],
    ["5.1.1", "smtp; 550 5.1.1 user unknown", undefined],
    ["5.1.6", null, undefined],
    ["5.1.10", null, undefined],
    ["5.1.0", "smtp; 550 5.1.0 address rejected", { status: "BOUNCED" }],
    ["5.1.2", null, { status: "BOUNCED" }],
    ["5.2.1", "smtp; 550 5.2.1 mailbox disabled", { status: "BOUNCED" }],
    ["5.5.0", "smtp; 550 5.5.0 no", { status: "BOUNCED" }],
    ["5.9.9", "smtp; 550 5.9.9 whatever", { status: "BOUNCED" }],
    ["5.4.1", "smtp; 550 5.4.1 recipient address rejected: access denied", undefined],
    ["5.5.0", "smtp; 550 5.5.0 requested action not taken: mailbox unavailable", undefined],
    ["5.0.0", "smtp; 550 no such user", undefined],
    ["5.1.1", "Amazon SES did not send the message to this address because it is on the suppression list", undefined],
    ["not a status", "10.5.7.1 is an address and no status", undefined],
    [null, null, undefined],
  ])("%s, %s", (status, diagnostic, expected) => {
    const meaning = byReply({ status, diagnostic });
    if (expected === undefined) return expect(meaning).toBeUndefined();
    expect(meaning).toMatchObject(expected);
    expect(meaning?.suppress).toBeUndefined();
  });
});

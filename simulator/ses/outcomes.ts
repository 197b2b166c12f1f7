/** What becomes of a mail to one recipient. */
export interface SesOutcome {
  readonly delivered: boolean;
  readonly bounce?: Bounce;
  /** The feedback type of a complaint. */
  readonly complaint?: "abuse" | "not-spam";
  readonly delay?: { readonly type: string; readonly status: string; readonly diagnostic: string };
  readonly reject?: { readonly reason: string };
}

export interface Bounce {
  readonly type: "Permanent" | "Transient" | "Undetermined";
  readonly subType: string;
  readonly status?: string;
  readonly diagnostic?: string;
}

const delivered: SesOutcome = { delivered: true };
const suppressed = "Amazon SES did not send the message to this address because it is on the suppression list";

/** The mailboxes of AWS's own simulator. */
const amazon: Readonly<Record<string, SesOutcome>> = {
  success: delivered,
  bounce: bounce("Permanent", "General", ["5.1.1", "smtp; 550 5.1.1 user unknown"]),
  complaint: { delivered: true, complaint: "abuse" },
  ooto: { delivered: true, bounce: { type: "Transient", subType: "General" } },
  suppressionlist: bounce("Permanent", "Suppressed", ["5.1.1", suppressed]),
};

/** Mailboxes beyond AWS's own, for answers that its simulator cannot give. */
const beyond: Readonly<Record<string, SesOutcome>> = {
  accountsuppression: bounce("Permanent", "OnAccountSuppressionList", ["5.1.1", suppressed]),
  noemail: bounce("Permanent", "NoEmail", ["5.1.2", "smtp; 550 5.1.2 no such domain"]),
  unsubscribed: bounce("Permanent", "UnsubscribedRecipient", ["5.1.1", "smtp; 550 the recipient has unsubscribed"]),
  // Neither is the recipient's fault, though SES calls both permanent.
  blocked: bounce("Permanent", "General", ["5.7.1", "smtp; 550 5.7.1 network on block list"]),
  overquota: bounce("Permanent", "General", ["5.2.2", "smtp; 552 5.2.2 mailbox over quota"]),
  softbounce: bounce("Transient", "General", ["4.0.0", "smtp; 450 4.0.0 try again later"]),
  mailboxfull: bounce("Transient", "MailboxFull", ["4.2.2", "smtp; 452 4.2.2 mailbox full"]),
  toolarge: bounce("Transient", "MessageTooLarge", ["5.3.4", "smtp; 552 5.3.4 message too big"]),
  contentrejected: bounce("Transient", "ContentRejected", ["5.6.0", "smtp; 554 5.6.0 content rejected"]),
  undetermined: bounce("Undetermined", "Undetermined"),
  notspam: { delivered: true, complaint: "not-spam" },
  delay: {
    delivered: true,
    delay: {
      type: "TransientCommunicationFailure",
      status: "4.4.1",
      diagnostic: "smtp; 421 4.4.1 connection timed out",
    },
  },
  reject: { delivered: false, reject: { reason: "Bad content" } },
};

const outcomes = new Map(Object.entries({ ...amazon, ...beyond }));

/** What becomes of a mail to this bare address. A `+label` changes nothing; every domain but the simulator's delivers. */
export function sesOutcomeOf(address: string): SesOutcome {
  const [local = "", domain] = address.toLowerCase().split("@");
  if (domain !== "simulator.amazonses.com") return delivered;
  return outcomes.get(local.split("+")[0] ?? "") ?? delivered;
}

/** A bounce; its reply is the status and the diagnostic of the server that refused the mail. */
function bounce(type: Bounce["type"], subType: string, reply?: readonly [string, string]): SesOutcome {
  const details = reply === undefined ? {} : { status: reply[0], diagnostic: reply[1] };
  return { delivered: false, bounce: { type, subType, ...details } };
}

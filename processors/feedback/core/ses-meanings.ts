import type { Meaning } from "./parsed-webhook.ts";

/** A row may be missing its subtype: then it says what the type alone says, and never suppresses. */
export type MeaningTable = Readonly<Record<string, Meaning>>;

const dead: Meaning = {
  status: "BOUNCED",
  words: "The mailbox does not exist",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};
/** SES gave up for now. FAILED and not BOUNCED: an out-of-office note after a delivery must not undo the delivery. */
export const sesSoftBounce: Meaning = {
  status: "FAILED",
  words: "The mailbox does not take mail now",
  reason: "COMMS_PROVIDER_REJECTED",
};
/** The template's fault, not the address's. */
const content: Meaning = { status: "FAILED", words: "The mail itself was refused", reason: "COMMS_PROVIDER_REJECTED" };

/** `bounceType/bounceSubType`. */
export const sesBounces: MeaningTable = {
  "Permanent/General": dead,
  "Permanent/NoEmail": dead,
  "Permanent/Suppressed": { ...dead, words: "The address is on SES's suppression list", reason: "COMMS_SUPPRESSED" },
  "Permanent/OnAccountSuppressionList": {
    ...dead,
    words: "The address is on our account's suppression list at SES",
    reason: "COMMS_SUPPRESSED",
  },
  "Permanent/UnsubscribedRecipient": {
    status: "BOUNCED",
    words: "The recipient has unsubscribed at SES",
    reason: "COMMS_SUPPRESSED",
    suppress: "unsubscribe",
  },
  "Transient/General": sesSoftBounce,
  "Transient/MailboxFull": { ...sesSoftBounce, words: "The mailbox is full" },
  "Transient/CustomTimeoutExceeded": { ...sesSoftBounce, words: "The mail could not be delivered in time" },
  "Transient/MessageTooLarge": { ...content, words: "The mail is too large for the mailbox" },
  "Transient/ContentRejected": { ...content, words: "The content was refused" },
  "Transient/AttachmentRejected": { ...content, words: "An attachment was refused" },
  "Undetermined/Undetermined": { ...sesSoftBounce, words: "The mail came back, and SES cannot tell why" },
  Permanent: { status: "BOUNCED", words: "The mail came back for good", reason: "COMMS_PROVIDER_REJECTED" },
  Transient: sesSoftBounce,
  Undetermined: sesSoftBounce,
};

/** `complaintFeedbackType`; any other, and none, is a complaint. */
export const sesComplaints: MeaningTable = {
  "not-spam": { status: "DELIVERED", words: "The recipient took the mail out of spam", lifts: "complaint" },
};

export const sesComplaint: Meaning = {
  status: "COMPLAINED",
  words: "The recipient called the mail spam",
  suppress: "complaint",
};

/** Events that say one thing whatever is in them. */
export const sesEvents: MeaningTable = {
  Send: { status: "SENT", words: "SES has taken the mail" },
  Delivery: { status: "DELIVERED", words: "The recipient's server has taken the mail" },
  Reject: { status: "FAILED", words: "SES found a virus in the mail", reason: "COMMS_PROVIDER_REJECTED" },
  "Rendering Failure": { status: "FAILED", words: "SES could not fill a template", reason: "COMMS_PROVIDER_REJECTED" },
};

/** Events that no status follows from. */
export const sesSilent: ReadonlySet<string> = new Set([
  "Open",
  "Click",
  "DeliveryDelay",
  "Subscription",
  "AmazonSnsSubscriptionSucceeded",
]);

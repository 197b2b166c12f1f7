import type { Meaning } from "#shared/domain/feedback/parsed-webhook.ts";

/** What each code of SES means, by the code. A bounce whose subtype has no row means what its type alone means. */
export type MeaningTable = Readonly<Record<string, Meaning>>;

const deadMailbox: Meaning = {
  status: "BOUNCED",
  description: "The mailbox does not exist",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};
/** SES gave up for now. FAILED and not BOUNCED: an out-of-office note after a delivery must not undo the delivery. */
export const sesSoftBounce: Meaning = {
  status: "FAILED",
  description: "The mailbox does not take mail now",
  reason: "COMMS_PROVIDER_REJECTED",
};
/** The content is refused, not the address. */
export const sesRefusedContent: Meaning = {
  status: "FAILED",
  description: "The mail itself was refused",
  reason: "COMMS_PROVIDER_REJECTED",
};

/** The recipient's server refuses us, and would refuse our mail to anybody else there. */
export const sesRefusedSender: Meaning = {
  status: "FAILED",
  description: "The recipient's server refuses mail of ours: network, authentication or policy",
  reason: "COMMS_PROVIDER_REJECTED",
  alert: "P1",
};

/** The mail came back, and nothing says that the mailbox is gone: nobody is suppressed. */
export const sesBounced: Meaning = {
  status: "BOUNCED",
  description: "The mail came back for good",
  reason: "COMMS_PROVIDER_REJECTED",
};

/** `bounceType/bounceSubType`, where the server's own reply does not say more (`bounce-reply.ts`). */
export const sesBounces: MeaningTable = {
  "Permanent/General": deadMailbox,
  "Permanent/NoEmail": deadMailbox,
  "Permanent/Suppressed": {
    ...deadMailbox,
    description: "The address is on SES's suppression list",
    reason: "COMMS_SUPPRESSED",
  },
  "Permanent/OnAccountSuppressionList": {
    ...deadMailbox,
    description: "The address is on our account's suppression list at SES",
    reason: "COMMS_SUPPRESSED",
  },
  "Permanent/UnsubscribedRecipient": {
    status: "BOUNCED",
    description: "The recipient has unsubscribed at SES",
    reason: "COMMS_SUPPRESSED",
    suppress: "unsubscribe",
  },
  "Transient/General": sesSoftBounce,
  "Transient/MailboxFull": { ...sesSoftBounce, description: "The mailbox is full" },
  "Transient/CustomTimeoutExceeded": { ...sesSoftBounce, description: "The mail could not be delivered in time" },
  "Transient/MessageTooLarge": { ...sesRefusedContent, description: "The mail is too large for the mailbox" },
  "Transient/ContentRejected": { ...sesRefusedContent, description: "The content was refused" },
  "Transient/AttachmentRejected": { ...sesRefusedContent, description: "An attachment was refused" },
  "Undetermined/Undetermined": { ...sesSoftBounce, description: "The mail came back, and SES cannot tell why" },
  Permanent: sesBounced,
  Transient: sesSoftBounce,
  Undetermined: sesSoftBounce,
};

/** `complaintFeedbackType`; any other, and none, is a complaint. */
export const sesComplaints: MeaningTable = {
  "not-spam": { status: "DELIVERED", description: "The recipient took the mail out of spam", lifts: "complaint" },
};

/** Of any type that has no row. */
export const sesComplaint: Meaning = {
  status: "COMPLAINED",
  description: "The recipient called the mail spam",
  suppress: "complaint",
};

/** Events that mean the same for any content. */
export const sesEvents: MeaningTable = {
  Send: { status: "SENT", description: "SES has taken the mail" },
  Delivery: { status: "DELIVERED", description: "The recipient's server has taken the mail" },
  Reject: {
    status: "FAILED",
    description: "SES found a virus in the mail",
    reason: "COMMS_PROVIDER_REJECTED",
    alert: "P1",
  },
  "Rendering Failure": {
    status: "FAILED",
    description: "SES could not fill a template",
    reason: "COMMS_PROVIDER_REJECTED",
    alert: "P1",
  },
};

/** Events that change no status. */
export const sesIgnored: ReadonlySet<string> = new Set([
  "Open",
  "Click",
  "DeliveryDelay",
  "Subscription",
  "AmazonSnsSubscriptionSucceeded",
]);

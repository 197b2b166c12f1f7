import { bareAddresses, headerOf } from "../core/mail.ts";
import type { SesEventType } from "../options.ts";
import { type Bounce, type SesOutcome, sesOutcomeOf } from "./outcomes.ts";
import type { Mail } from "./request.ts";

/** One event that SES publishes about a mail. `wait` counts in steps of the callback delay. */
export interface SesEvent {
  readonly type: SesEventType;
  readonly wait: number;
  readonly detail: object;
}

/** A mail that was taken. */
export interface SentMail {
  readonly mail: Mail;
  readonly messageId: string;
  readonly at: number;
  readonly account: { readonly accountId: string; readonly region: string };
}

const hardBounce: Bounce = {
  type: "Permanent",
  subType: "General",
  status: "5.1.1",
  diagnostic: "smtp; 550 5.1.1 user unknown",
};
const mta = "a8-70.smtp-out.amazonses.com";

/** All that SES publishes about a mail on its own, in the order in which it happens. */
export function eventsOf(sent: SentMail): readonly SesEvent[] {
  const { recipients } = sent.mail;
  const rejected = recipients.map(sesOutcomeOf).find(({ reject }) => reject)?.reject;
  if (rejected) return [event("Send", 1, {}), event("Reject", 1, rejected)];
  return [event("Send", 1, {}), ...deliveries(sent), ...bounces(sent), ...complaints(sent), ...delays(sent)];
}

function event(type: SesEventType, wait: number, detail: object): SesEvent {
  return { type, wait, detail };
}

function deliveries(sent: SentMail): readonly SesEvent[] {
  const recipients = sent.mail.recipients.filter((address) => sesOutcomeOf(address).delivered);
  return recipients.length === 0 ? [] : [event("Delivery", 1, deliveryOf(sent, recipients))];
}

function bounces(sent: SentMail): readonly SesEvent[] {
  return each(sent, "bounce").map(([address, bounce]) =>
    event("Bounce", sesOutcomeOf(address).delivered ? 2 : 1, bounceOf(sent, address, bounce)),
  );
}

function bounceOf(sent: SentMail, address: string, bounce: Bounce): object {
  return {
    feedbackId: feedbackId(sent, address),
    bounceType: bounce.type,
    bounceSubType: bounce.subType,
    bouncedRecipients: [
      {
        emailAddress: spelledBack(address),
        ...(bounce.status !== undefined && { action: "failed", status: bounce.status }),
        ...(bounce.diagnostic !== undefined && { diagnosticCode: bounce.diagnostic }),
      },
    ],
    timestamp: isoAt(sent, 300),
    remoteMtaIp: "127.0.2.0",
    reportingMTA: `dns; ${mta}`,
  };
}

function complaints(sent: SentMail): readonly SesEvent[] {
  return each(sent, "complaint").map(([address, type]) => event("Complaint", 2, complaintOf(sent, address, type)));
}

function delays(sent: SentMail): readonly SesEvent[] {
  return each(sent, "delay").map(([address, delay]) =>
    event("DeliveryDelay", 0, {
      timestamp: isoAt(sent, 100),
      delayType: delay.type,
      expirationTime: isoAt(sent, 14 * 3_600_000),
      delayedRecipients: [{ emailAddress: address, status: delay.status, diagnosticCode: delay.diagnostic }],
    }),
  );
}

function each<Field extends keyof SesOutcome>(
  { mail }: SentMail,
  field: Field,
): readonly (readonly [string, NonNullable<SesOutcome[Field]>])[] {
  return mail.recipients.flatMap((address) => {
    const value = sesOutcomeOf(address)[field];
    return value === undefined || value === null ? [] : [[address, value] as const];
  });
}

function deliveryOf(sent: SentMail, recipients: readonly string[]): object {
  return {
    timestamp: isoAt(sent, 300),
    processingTimeMillis: 300,
    recipients,
    smtpResponse: "250 2.6.0 Message received",
    remoteMtaIp: "127.0.2.0",
    reportingMTA: mta,
  };
}

function complaintOf(sent: SentMail, address: string, type: string): object {
  return {
    feedbackId: feedbackId(sent, address),
    complaintSubType: null,
    complainedRecipients: [{ emailAddress: spelledBack(address) }],
    timestamp: isoAt(sent, 600),
    userAgent: "Amazon SES Mailbox Simulator",
    complaintFeedbackType: type,
    arrivalDate: isoAt(sent, 600),
  };
}

/** The usual detail of an event that is published by command, about all of a mail's recipients. */
export function lateDetail(sent: SentMail, type: SesEventType): object {
  const [address = ""] = sent.mail.recipients;
  switch (type) {
    case "Delivery":
      return deliveryOf(sent, sent.mail.recipients);
    case "Complaint":
      return complaintOf(sent, address, "abuse");
    case "Bounce":
      return bounceOf(sent, address, hardBounce);
    case "Reject":
      return { reason: "Bad content" };
    case "Open":
      return { timestamp: isoAt(sent, 60_000), userAgent: "Mozilla/5.0", ipAddress: "192.0.2.1" };
    case "Click":
      return {
        timestamp: isoAt(sent, 90_000),
        userAgent: "Mozilla/5.0",
        ipAddress: "192.0.2.1",
        link: "https://example.com/",
      };
    case "Send":
    case "DeliveryDelay":
      return { timestamp: isoAt(sent, 0) };
  }
}

/** The `mail` object that every event carries. */
export function mailOf(sent: SentMail, dialect: "event" | "notification"): object {
  const { mail, messageId, account } = sent;
  const domain = bareAddresses(mail.from)[0]?.split("@")[1] ?? "";
  return {
    timestamp: isoAt(sent, 0),
    source: mail.from,
    sourceArn: `arn:aws:ses:${account.region}:${account.accountId}:identity/${domain}`,
    ...(dialect === "notification" && { sourceIp: "127.0.0.1", callerIdentity: "comms-sender" }),
    sendingAccountId: account.accountId,
    messageId,
    destination: mail.recipients,
    headersTruncated: false,
    headers: mail.headers,
    commonHeaders: commonHeaders(sent),
    ...(dialect === "event" && { tags: tagsOf(sent, domain) }),
  };
}

function commonHeaders({ mail: { headers, from }, messageId }: SentMail): object {
  const to = bareAddresses(headerOf(headers, "To"));
  return {
    from: [headerOf(headers, "From") ?? from],
    ...(headerOf(headers, "Date") !== undefined && { date: headerOf(headers, "Date") }),
    to,
    messageId,
    subject: headerOf(headers, "Subject") ?? "",
  };
}

function tagsOf({ mail }: SentMail, domain: string): Record<string, readonly string[]> {
  return {
    "ses:operation": ["SendEmail"],
    "ses:configuration-set": [mail.configurationSet ?? ""],
    "ses:source-ip": ["127.0.0.1"],
    "ses:from-domain": [domain],
    "ses:caller-identity": ["comms-sender"],
    ...Object.fromEntries(mail.tags.map(({ Name, Value }) => [Name, [Value]])),
  };
}

function feedbackId({ messageId }: SentMail, address: string): string {
  return `${messageId.slice(0, 16)}-${Buffer.from(address).toString("hex").slice(0, 40)}-000000`;
}

/** The recipient as a report names it: not as it was sent to, but as the receiving side has it, in small letters. */
function spelledBack(address: string): string {
  return address.toLowerCase();
}

function isoAt({ at }: SentMail, afterMs: number): string {
  return new Date(at + afterMs).toISOString();
}

import { randomUUID } from "node:crypto";
import type { Callback } from "../core/call.ts";
import type { SesEventType } from "../options.ts";
import type { SigningCertificate } from "../sns/certificate.ts";
import { signEnvelope } from "../sns/envelope.ts";
import { mailOf, type SentMail, type SesEvent } from "./events.ts";

/** How and where SES publishes. */
export interface SesPublisherParts {
  readonly certificate: SigningCertificate;
  readonly topicArn: string;
  readonly types: readonly SesEventType[];
  readonly delayMs: number;
  /** The webhook; undefined while no gateway is known. */
  readonly url: () => string | undefined;
}

/** The events of identity notifications; any other event needs a configuration set. */
const notificationTypes: readonly SesEventType[] = ["Delivery", "Bounce", "Complaint"];

/**
 * The callbacks of a mail's events. A mail with a configuration set is reported in the dialect of event publishing
 * (`eventType`, with tags), one without in that of identity notifications (`notificationType`), as SES does it.
 */
export function publish(
  sent: SentMail,
  events: readonly SesEvent[],
  publishing: SesPublisherParts,
): readonly Callback[] {
  const url = publishing.url();
  if (url === undefined) return [];
  const dialect = sent.mail.configurationSet === undefined ? "notification" : "event";
  return events
    .filter(({ type }) => publishing.types.includes(type) && (dialect === "event" || notificationTypes.includes(type)))
    .map((event) => callbackOf(sent, event, { ...publishing, dialect, url }));
}

function callbackOf(
  sent: SentMail,
  event: SesEvent,
  {
    dialect,
    url,
    certificate,
    topicArn,
    delayMs,
  }: Omit<SesPublisherParts, "url"> & { dialect: "event" | "notification"; url: string },
): Callback {
  return {
    provider: "ses",
    event: event.type,
    url,
    delayMs: event.wait * delayMs,
    build: () =>
      signEnvelope(
        {
          Type: "Notification",
          MessageId: randomUUID(),
          TopicArn: topicArn,
          ...(dialect === "event" && { Subject: "Amazon SES Email Event Notification" }),
          Message: JSON.stringify({
            [dialect === "event" ? "eventType" : "notificationType"]: event.type,
            mail: mailOf(sent, dialect),
            [fieldOf(event.type)]: event.detail,
          }),
          Timestamp: new Date().toISOString(),
        },
        certificate,
      ),
  };
}

/** The field that holds the detail: `deliveryDelay` for DeliveryDelay. */
function fieldOf(type: SesEventType): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

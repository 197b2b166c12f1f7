import { generateKeyPairSync } from "node:crypto";
import { signEnvelope, snsOrigin, type UnsignedEnvelope } from "#simulator/sns/envelope.ts";
import type { ManualClock } from "#tests/support/manual-clock.ts";

export const topicArn = "arn:aws:sns:us-east-1:123456789012:comms-ses-events";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What SNS signs with, without the certificate around it. */
export const signing = { key: keys.privateKey, pem: "", file: "SimpleNotificationService-0a1b2c3d.pem" };
export const certificateUrl = `${snsOrigin}/${signing.file}`;
export const publicKey = keys.publicKey;

/** An SES event in an envelope. */
export function ses(event: unknown): string {
  return JSON.stringify({ Type: "Notification", Message: typeof event === "string" ? event : JSON.stringify(event) });
}

export function notification(
  clock: ManualClock,
  more: Partial<Extract<UnsignedEnvelope, { Type: "Notification" }>> = {},
) {
  return {
    Type: "Notification",
    MessageId: "5e4bd8a1-0000-4000-8000-000000000001",
    TopicArn: topicArn,
    Subject: "Amazon SES Email Event Notification",
    Message: '{"eventType":"Bounce"}',
    Timestamp: new Date(clock.now()).toISOString(),
    ...more,
  } as const;
}

export function confirmation(
  clock: ManualClock,
  Type: "SubscriptionConfirmation" | "UnsubscribeConfirmation" = "SubscriptionConfirmation",
) {
  return {
    Type,
    MessageId: "5e4bd8a1-0000-4000-8000-000000000002",
    TopicArn: topicArn,
    Token: "2336412f37",
    Message: "You have chosen to subscribe.\nVisit the SubscribeURL.",
    SubscribeURL: "https://evil.example.com/?Action=ConfirmSubscription",
    Timestamp: new Date(clock.now()).toISOString(),
  } as const;
}

/** A sealed message as an object, to be tampered with. */
export function sealed(message: UnsignedEnvelope): Record<string, string> {
  return JSON.parse(signEnvelope(message, signing).body) as Record<string, string>;
}

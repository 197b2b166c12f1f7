import { sign } from "node:crypto";
import type { SigningCertificate } from "./certificate.ts";

/** What goes into an SNS message before it is signed. */
export type UnsignedEnvelope = NotificationParts | ConfirmationParts;

interface NotificationParts {
  readonly Type: "Notification";
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly Timestamp: string;
}

interface ConfirmationParts {
  readonly Type: "SubscriptionConfirmation" | "UnsubscribeConfirmation";
  readonly MessageId: string;
  readonly Token: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly SubscribeURL: string;
  readonly Timestamp: string;
}

const region = "us-east-1";
/** The origin that every SigningCertURL names; the simulator serves the certificate elsewhere. */
export const snsOrigin = `https://sns.${region}.amazonaws.com`;

const signedFields = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
} as const;

/** The text that is signed: each field's name and value on lines of their own, in byte order, absent ones left out. */
export function canonical(message: UnsignedEnvelope): string {
  const values: Readonly<Record<string, string | undefined>> = { ...message };
  return signedFields[message.Type]
    .filter((field) => values[field] !== undefined)
    .map((field) => `${field}\n${values[field]}\n`)
    .join("");
}

/** The message as SNS posts it: SignatureVersion 2, RSA with SHA-256. */
export function signEnvelope(
  message: UnsignedEnvelope,
  certificate: SigningCertificate,
): { headers: Record<string, string>; body: string } {
  const signature = sign("sha256", Buffer.from(canonical(message)), certificate.key).toString("base64");
  const subscription = `${message.TopicArn}:00000000-0000-4000-8000-000000000001`;
  const body = {
    ...message,
    SignatureVersion: "2",
    Signature: signature,
    SigningCertURL: `${snsOrigin}/${certificate.file}`,
    ...(message.Type === "Notification" && {
      UnsubscribeURL: `${snsOrigin}/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
    }),
  };
  return {
    headers: {
      "content-type": "text/plain; charset=UTF-8",
      "user-agent": "Amazon Simple Notification Service Agent",
      "x-amz-sns-message-type": message.Type,
      "x-amz-sns-message-id": message.MessageId,
      "x-amz-sns-topic-arn": message.TopicArn,
      ...(message.Type === "Notification" && { "x-amz-sns-subscription-arn": subscription }),
    },
    body: JSON.stringify(body),
  };
}

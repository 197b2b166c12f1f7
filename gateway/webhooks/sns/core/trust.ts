import type { Instant } from "#shared/domain/time/instant.ts";
import type { SnsEnvelope } from "./envelope.ts";

/** How old a message may be, and how far ahead a clock, ms. */
export const ageMsMax = 3_600_000;
export const aheadMsMax = 300_000;

/** A region's SNS and nothing else: no port, no other host that begins or ends like it, no path but a certificate's. */
const certificateUrl =
  /^https:\/\/sns\.([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})\.amazonaws\.com(?:\.cn)?\/(SimpleNotificationService-[0-9a-f]{1,64}\.pem)$/;
const arn = /^arn:aws(?:-cn|-us-gov)?:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(?:\.fifo)?$/;

type DistrustCode =
  | "COMMS_WEBHOOK_MALFORMED"
  | "COMMS_WEBHOOK_SIGNATURE"
  | "COMMS_WEBHOOK_TOPIC"
  | "COMMS_WEBHOOK_STALE"
  | "COMMS_WEBHOOK_CERTIFICATE";

export type TrustRefusal = { readonly code: DistrustCode; readonly detail: string };

/** Whether a certificate may be fetched from here. Compared as text, since URL parsers differ in what they forgive. */
export function isCertificateUrl(url: string): boolean {
  return certificateUrl.test(url);
}

/** The region of a topic's ARN, or undefined for a text that is none. */
export function regionOf(topicArn: string): string | undefined {
  return arn.exec(topicArn)?.[1];
}

/** Why a message is not even worth checking its signature, or undefined. Nothing is fetched for what fails here. */
export function refuseUntrusted(
  envelope: SnsEnvelope,
  topicArns: ReadonlySet<string>,
  now: Instant,
): TrustRefusal | undefined {
  if (envelope.SignatureVersion !== "2") {
    return { code: "COMMS_WEBHOOK_SIGNATURE", detail: "Only SignatureVersion 2 is taken; set it on the topic" };
  }
  if (!topicArns.has(envelope.TopicArn)) {
    return { code: "COMMS_WEBHOOK_TOPIC", detail: "The topic is not in COMMS_SNS_TOPIC_ARNS" };
  }
  const at = Date.parse(envelope.Timestamp);
  if (!(at >= now - ageMsMax && at <= now + aheadMsMax)) {
    return { code: "COMMS_WEBHOOK_STALE", detail: "The timestamp is more than an hour old, or ahead of now" };
  }
  if (!isCertificateUrl(envelope.SigningCertURL)) {
    return { code: "COMMS_WEBHOOK_CERTIFICATE", detail: "SigningCertURL is not one of Amazon SNS" };
  }
  return undefined;
}

import type { Instant } from "#shared/domain/time/instant.ts";
import type { SnsEnvelope } from "./envelope.ts";

/** How old a message may be, ms. */
export const ageMsMax = 3_600_000;
/** How far ahead of ours the clock of a message may be, ms. */
export const aheadMsMax = 300_000;

/** A certificate at a region's SNS: no port, no host that only begins or ends like it, no other path. */
const certificateUrl =
  /^https:\/\/sns\.([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})\.amazonaws\.com(?:\.cn)?\/(SimpleNotificationService-[0-9a-f]{1,64}\.pem)$/;
const arn = /^arn:aws(?:-cn|-us-gov)?:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(?:\.fifo)?$/;

type DistrustCode =
  | "COMMS_WEBHOOK_MALFORMED"
  | "COMMS_WEBHOOK_SIGNATURE"
  | "COMMS_WEBHOOK_TOPIC"
  | "COMMS_WEBHOOK_STALE"
  | "COMMS_WEBHOOK_CERTIFICATE";

/** Why a message is not trusted. `detail` repeats no value of it. */
export type TrustRefusal = { readonly code: DistrustCode; readonly detail: string };

/** Returns true if a certificate may be fetched from this URL. Compares text, because URL parsers differ in what they accept. */
export function isCertificateUrl(url: string): boolean {
  return certificateUrl.test(url);
}

/** The region of a topic's ARN; undefined for any other text. */
export function regionOf(topicArn: string): string | undefined {
  return arn.exec(topicArn)?.[1];
}

/** Why a message is refused before its signature is checked, or undefined. Nothing is fetched for a refused message. */
export function refuseUntrusted(
  envelope: SnsEnvelope,
  topics: { has(topicArn: string): boolean },
  now: Instant,
): TrustRefusal | undefined {
  if (envelope.SignatureVersion !== "2") {
    return { code: "COMMS_WEBHOOK_SIGNATURE", detail: "Only SignatureVersion 2 is taken; set it on the topic" };
  }
  if (!topics.has(envelope.TopicArn)) {
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

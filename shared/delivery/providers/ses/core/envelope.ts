import { jsonExcess } from "#shared/domain/json/excess.ts";
import { fieldsOf, parseJson } from "#shared/domain/json/readers.ts";

/** The most bytes of a body: SNS's 256 KiB, which JSON's escapes at most double, and the fields around them. */
export const envelopeBytesMax = (2 * 256 + 16) * 1024;
/** An SNS message is flat, but for its attributes. Anybody may post, so a body with more than these is not parsed. */
export const envelopeBounds = { valuesMax: 256, depthMax: 4 };
/** Of each field but the message, in characters: a signature of RSA has 344, a URL some 500. */
const fieldLengthMax = 4_096;

/** An SNS message as it is posted. It is not verified. */
export interface SnsEnvelope {
  readonly Type: SnsType;
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly Timestamp: string;
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
  readonly Subject?: string;
  readonly Token?: string;
  readonly SubscribeURL?: string;
}

/** The types of message that SNS posts. */
export type SnsType = keyof typeof signedFields;

/**
 * What each type signs, in byte order. An UnsubscribeConfirmation signs its `Token` and `SubscribeURL` just as a
 * SubscriptionConfirmation does.
 */
const signedFields = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
} as const;

const always = [
  "MessageId",
  "TopicArn",
  "Message",
  "Timestamp",
  "SignatureVersion",
  "Signature",
  "SigningCertURL",
] as const;
const whenConfirming = ["Token", "SubscribeURL"] as const;

/** The envelope in a body, or undefined for anything else. Does not read the message inside. */
export function readEnvelope(body: string): SnsEnvelope | undefined {
  if (jsonExcess(body, envelopeBounds) !== undefined) return undefined;
  const found = fieldsOf(parseJson(body));
  if (!isType(found["Type"])) return undefined;
  const needed = found["Type"] === "Notification" ? always : [...always, ...whenConfirming];
  if (needed.some((field) => typeof found[field] !== "string" || found[field] === "")) return undefined;
  if (needed.some((field) => field !== "Message" && isLong(found[field]))) return undefined;
  if (signedFields[found["Type"]].some((field) => field !== "Message" && hasLineBreak(found[field]))) return undefined;
  const { Subject, ...rest } = found;
  if (Subject === undefined || Subject === null) return rest as unknown as SnsEnvelope;
  return typeof Subject === "string" ? (found as unknown as SnsEnvelope) : undefined;
}

/** The text that the signature covers: each field's name and value on lines of their own, an absent subject left out. */
export function signedText(envelope: SnsEnvelope): string {
  return signedFields[envelope.Type]
    .flatMap((field) => (envelope[field] === undefined ? [] : [`${field}\n${envelope[field]}\n`]))
    .join("");
}

function isLong(value: unknown): boolean {
  return typeof value === "string" && value.length > fieldLengthMax;
}

/** A line break in any field but the message would let one signed text stand for two different messages. */
function hasLineBreak(value: unknown): boolean {
  return typeof value === "string" && /[\r\n]/.test(value);
}

function isType(type: unknown): type is SnsType {
  return typeof type === "string" && Object.hasOwn(signedFields, type);
}

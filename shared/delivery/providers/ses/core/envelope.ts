import { jsonExcess } from "#shared/domain/json/excess.ts";
import { fieldsOf, parseJson } from "#shared/domain/json/readers.ts";

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

/** SNS writes a dozen texts, and at most ten attributes with type and value. */
const bounds = { valuesMax: 64, depthMax: 3 };

/** The envelope in a body, or undefined for anything else. Does not read the message inside. */
export function readEnvelope(body: string): SnsEnvelope | undefined {
  // Anybody may post here: to parse 768 KiB of brackets or names takes up to 0.2 s.
  if (jsonExcess(body, bounds) !== undefined) return undefined;
  const found = fieldsOf(parseJson(body));
  if (!isType(found["Type"])) return undefined;
  const needed = found["Type"] === "Notification" ? always : [...always, ...whenConfirming];
  if (needed.some((field) => typeof found[field] !== "string" || found[field] === "")) return undefined;
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

/** A line break in any field but the message would let one signed text stand for two different messages. */
function hasLineBreak(value: unknown): boolean {
  return typeof value === "string" && /[\r\n]/.test(value);
}

function isType(type: unknown): type is SnsType {
  return typeof type === "string" && Object.hasOwn(signedFields, type);
}

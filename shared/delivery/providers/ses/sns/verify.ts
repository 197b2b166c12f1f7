import { type KeyObject, verify } from "node:crypto";
import type { Instant } from "#shared/domain/time/instant.ts";
import { readEnvelope, type SnsEnvelope, signedText } from "../core/envelope.ts";
import { refuseUntrusted, type TrustRefusal } from "../core/trust.ts";
import type { Certificates } from "./certificates.ts";

/** A verified message, or why it is none. */
export type Verification = { readonly envelope: SnsEnvelope } | { readonly refused: TrustRefusal };

/** The topics that are ours, by ARN, each with where its certificates come from. */
type VerifiableTopics = ReadonlyMap<string, { readonly certificates: Certificates }>;

/**
 * Checks that SNS signed a body for one of our topics within the hour. Checks that need only the text come first, so that
 * a forged message causes no fetch. Rejects with `SNS_UNAVAILABLE` when the certificate cannot be fetched.
 */
export async function verifySns(body: string, topics: VerifiableTopics, now: Instant): Promise<Verification> {
  const envelope = readEnvelope(body);
  if (!envelope) return refuse("COMMS_WEBHOOK_MALFORMED", "The body is not an SNS message");
  const refusal = refuseUntrusted(envelope, topics, now);
  if (refusal) return { refused: refusal };
  const key = await topics.get(envelope.TopicArn)?.certificates.keyOf(envelope.SigningCertURL);
  if (!key) return refuse("COMMS_WEBHOOK_CERTIFICATE", "There is no valid certificate at SigningCertURL");
  return isSigned(envelope, key) ? { envelope } : refuse("COMMS_WEBHOOK_SIGNATURE", "The signature does not verify");
}

function isSigned(envelope: SnsEnvelope, key: KeyObject): boolean {
  return verify("sha256", Buffer.from(signedText(envelope)), key, Buffer.from(envelope.Signature, "base64"));
}

function refuse(code: TrustRefusal["code"], detail: string): Verification {
  return { refused: { code, detail } };
}

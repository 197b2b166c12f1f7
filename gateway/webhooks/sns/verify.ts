import { type KeyObject, verify } from "node:crypto";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Certificates } from "./certificates.ts";
import { readEnvelope, type SnsEnvelope, signedText } from "./core/envelope.ts";
import { refuseUntrusted, type TrustRefusal } from "./core/trust.ts";

export type Verification = { readonly envelope: SnsEnvelope } | { readonly refused: TrustRefusal };

/**
 * Whether a body is what SNS signed for one of our topics within the hour. What can be told from the text alone is told
 * first, so that nothing is fetched for a stranger. Rejects with `SNS_UNAVAILABLE` where the certificate cannot be had.
 */
export async function verifySns(
  body: string,
  { certificates, topicArns }: { readonly certificates: Certificates; readonly topicArns: ReadonlySet<string> },
  now: Instant,
): Promise<Verification> {
  const envelope = readEnvelope(body);
  if (!envelope) return refused("COMMS_WEBHOOK_MALFORMED", "The body is not an SNS message");
  const doubt = refuseUntrusted(envelope, topicArns, now);
  if (doubt) return { refused: doubt };
  const key = await certificates.keyOf(envelope.SigningCertURL);
  if (!key) return refused("COMMS_WEBHOOK_CERTIFICATE", "There is no valid certificate at SigningCertURL");
  return isSigned(envelope, key) ? { envelope } : refused("COMMS_WEBHOOK_SIGNATURE", "The signature does not verify");
}

function isSigned(envelope: SnsEnvelope, key: KeyObject): boolean {
  return verify("sha256", Buffer.from(signedText(envelope)), key, Buffer.from(envelope.Signature, "base64"));
}

function refused(code: TrustRefusal["code"], detail: string): Verification {
  return { refused: { code, detail } };
}

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSelfSigned } from "../self-signed.ts";

/** A key with its self-signed certificate, as SNS would hold one. */
export interface SigningCertificate {
  readonly key: KeyObject;
  readonly pem: string;
  /** `SimpleNotificationService-<hex>.pem`: the hex is the certificate's own hash, so a new key is a new address. */
  readonly file: string;
}

/** Makes a new RSA key of so many bits and its certificate, in the name of SNS, valid from yesterday for a year. */
export async function createSigningCertificate(now: number, bits: number): Promise<SigningCertificate> {
  const { key, certificate: pem } = await createSelfSigned(now, { name: "sns.amazonaws.com", bits });
  const hex = new X509Certificate(pem).fingerprint256.replaceAll(":", "").slice(0, 32).toLowerCase();
  return { key: createPrivateKey(key), pem, file: `SimpleNotificationService-${hex}.pem` };
}

import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";

/** A key with its self-signed certificate, as SNS would hold one. */
export interface SigningCertificate {
  readonly key: KeyObject;
  readonly pem: string;
  /** `SimpleNotificationService-<hex>.pem`: the hex is the certificate's own hash, so a new key is a new address. */
  readonly file: string;
}

const dayMs = 86_400_000;
const subject = [{ name: "commonName", value: "sns.amazonaws.com" }];

/** Makes a new RSA key of 2048 bits and its certificate, valid from yesterday for a year. */
export async function createSigningCertificate(now: number): Promise<SigningCertificate> {
  const keys = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const pem = selfSigned(keys, now);
  const hex = new X509Certificate(pem).fingerprint256.replaceAll(":", "").slice(0, 32).toLowerCase();
  return { key: createPrivateKey(keys.privateKey), pem, file: `SimpleNotificationService-${hex}.pem` };
}

function selfSigned({ publicKey, privateKey }: { publicKey: string; privateKey: string }, now: number): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(now - dayMs);
  certificate.validity.notAfter = new Date(now + 365 * dayMs);
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";

/** A private key and the certificate that it signed for itself, both in PEM. */
export interface KeyWithCertificate {
  readonly key: string;
  readonly certificate: string;
}

const dayMs = 86_400_000;

/**
 * Makes a new RSA key, of 2,048 bits where nothing else is said, and its certificate, valid from yesterday for a year. `ip` names
 * a host by address.
 */
export async function createSelfSigned(
  now: number,
  subject: { name: string; ip?: string; bits?: number },
): Promise<KeyWithCertificate> {
  const keys = await promisify(generateKeyPair)("rsa", {
    modulusLength: subject.bits ?? 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const certificate = forge.pki.createCertificate();
  const attributes = [{ name: "commonName", value: subject.name }];
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(now - dayMs);
  certificate.validity.notAfter = new Date(now + 365 * dayMs);
  certificate.setSubject(attributes);
  certificate.setIssuer(attributes);
  if (subject.ip) certificate.setExtensions([{ name: "subjectAltName", altNames: [{ type: 7, ip: subject.ip }] }]);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  return { key: keys.privateKey, certificate: forge.pki.certificateToPem(certificate) };
}

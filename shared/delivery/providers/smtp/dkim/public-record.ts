import { createPublicKey } from "node:crypto";
import type { DkimKey } from "./sign.ts";

/** The TXT record of a key, for `<selector>._domainkey.<domain>`. A resolver may want it in pieces of 255 characters. */
export function publicRecord({ key }: DkimKey): string {
  const spki = createPublicKey(key.export({ type: "pkcs8", format: "pem" })).export({ type: "spki", format: "der" });
  // RFC 8463: the 32 bytes of the point alone, which end the SPKI.
  if (key.asymmetricKeyType === "ed25519") return `v=DKIM1; k=ed25519; p=${spki.subarray(-32).toString("base64")}`;
  return `v=DKIM1; k=rsa; p=${spki.toString("base64")}`;
}

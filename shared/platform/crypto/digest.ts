import { hash } from "node:crypto";

/** The SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. In one call: a hash object costs as much as the hash. */
export function sha256(data: Buffer | string): string {
  return hash("sha256", data, "hex");
}

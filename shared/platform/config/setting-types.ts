import { createPrivateKey, type KeyObject } from "node:crypto";
import { accessSync, constants, statSync } from "node:fs";
import { z } from "zod";

/** Calls a second that an account lets through. */
export function callsPerSecond(byDefault: number) {
  return z.coerce.number().positive().max(1_000_000).default(byDefault);
}

/** A private key in PEM, of 2,048 bits or more where it is RSA. A line end may be written as `\n`. */
export function privateKey(type: "rsa" | "ed25519") {
  return z.string().transform((pem, context): KeyObject => {
    const key = keyOf(pem.replaceAll("\\n", "\n"));
    const bits = key?.asymmetricKeyDetails?.modulusLength ?? 2_048;
    if (key?.asymmetricKeyType === type && bits >= 2_048) return key;
    const message = bits < 2_048 ? "is shorter than 2,048 bits" : `is not a private ${type} key in PEM`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** A domain in small letters. */
export function domainName() {
  return z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]$/, "is not a domain in small letters");
}

/** The path of a file that can be read at the start. What is in it is read when it is needed, so it may change. */
export function readableFile() {
  return z.string().refine((path) => isReadable(path), "names a file that cannot be read");
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

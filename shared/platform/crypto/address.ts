import { domainToASCII } from "node:url";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Channel } from "#shared/contracts/records.ts";

/**
 * The one spelling of an address: E.164 for phones, lower-cased ASCII domain for email (the part before the @
 * keeps its case, because the mail server decides on it), trimmed for all others. Undefined if nothing can be sent to it.
 * A result does not promise that the address exists.
 */
export function normaliseAddress(channel: Channel, address: string): string | undefined {
  if (channel === "EMAIL") return normaliseEmail(address.trim());
  if (channel === "SMS" || channel === "WHATSAPP") return normalisePhone(address.trim());
  return address.trim() || undefined;
}

function normalisePhone(address: string): string | undefined {
  const phone = parsePhoneNumberFromString(address, { extract: false });
  return phone?.isPossible() && !phone.ext ? phone.number : undefined;
}

function normaliseEmail(address: string): string | undefined {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(at, 0)).normalize("NFC");
  const domain = asciiDomain(address.slice(at + 1));
  return domain && isLocalPart(local) ? `${local}@${domain}` : undefined;
}

/** RFC 5321 dot-atoms of at most 64 bytes, with RFC 6531 letters. Messages to quoted local parts are not sent. */
function isLocalPart(local: string): boolean {
  return /^[^\s@<>()[\]\\,;:"\p{Cc}.]+(\.[^\s@<>()[\]\\,;:"\p{Cc}.]+)*$/u.test(local) && Buffer.byteLength(local) <= 64;
}

/** At least two labels, none over 63 bytes. An IP address passes the URL host parser, and is not a mail domain. */
function asciiDomain(domain: string): string | undefined {
  const ascii = domainToASCII(domain).toLowerCase();
  const fits =
    ascii.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(ascii);
  return fits ? ascii : undefined;
}

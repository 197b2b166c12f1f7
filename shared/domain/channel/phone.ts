import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** A phone number in E.164; undefined for one that cannot be called, or that has an extension. */
export function normalisePhone(address: string): string | undefined {
  const phone = parsePhoneNumberFromString(address.trim(), { extract: false });
  return phone?.isPossible() && !phone.ext ? phone.number : undefined;
}

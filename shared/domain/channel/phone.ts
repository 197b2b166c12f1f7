import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/**
 * A phone number in E.164; undefined for one that cannot be called, or that has an extension. The result is its own
 * normal form: the library takes a national prefix off some numbers only when it reads them a second time.
 */
export function normalisePhone(address: string): string | undefined {
  const first = parsed(address.trim());
  const second = first === undefined ? undefined : parsed(first);
  return second === undefined || second === first ? first : normalisePhone(second);
}

function parsed(text: string): string | undefined {
  const phone = parsePhoneNumberFromString(text, { extract: false });
  return phone?.isPossible() && !phone.ext ? phone.number : undefined;
}

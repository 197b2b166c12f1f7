import PostalMime, { addressParser } from "postal-mime";

/** A header as it stood on the wire, unfolded and decoded. */
export interface MailHeader {
  readonly name: string;
  readonly value: string;
}

/** The header section of a raw mail. Reads no further than the first empty line. */
export async function readHeaders(raw: Uint8Array): Promise<readonly MailHeader[]> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const end = bytes.indexOf("\r\n\r\n");
  const { headers } = await PostalMime.parse(end === -1 ? bytes : bytes.subarray(0, end + 4));
  return headers.map(({ originalKey, value }) => ({ name: originalKey, value }));
}

/** The value of the first header of that name, in any case. */
export function headerOf(headers: readonly MailHeader[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find((header) => header.name.toLowerCase() === wanted)?.value;
}

/** What is nothing but one address needs no parser. */
const bareAddress = /^[\w.+-]+@[\w.-]+$/;

/** The bare addresses of a header's or a field's value: `Ada <ada@example.com>` gives `ada@example.com`. */
export function bareAddresses(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  if (bareAddress.test(value)) return [value];
  return addressParser(value, { flatten: true }).flatMap(({ address }) => (address ? [address] : []));
}

import { normaliseEmail } from "./email.ts";
import { normalisePhone } from "./phone.ts";

/** A field of a profile that holds an address. */
interface ProfileAddress {
  readonly field: "email" | "phone";
  readonly fits: (text: string) => boolean;
  /** What a text that does not fit should have been; it ends a sentence. */
  readonly expected: string;
}

/** The addresses that a profile holds, with what each must be. */
export const profileAddresses: readonly ProfileAddress[] = [
  {
    field: "email",
    fits: (text) => normaliseEmail(text) !== undefined,
    expected: "a mailbox, as ines@example.com",
  },
  {
    field: "phone",
    fits: (text) => normalisePhone(text) !== undefined,
    expected: "a phone number in E.164, as +4930901820",
  },
];

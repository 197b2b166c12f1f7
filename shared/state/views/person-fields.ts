import type { Consent, Preference, Profile, Token } from "#shared/contracts/records.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import { recordsOf } from "./fenced-field.ts";

/** Names of the fields in a person's hash. */
export const personFields = {
  profile: "profile",
  preference: "preference",
  consent: (channel: string, category: string) => `consent:${channel}:${category}`,
  /** A push token, by its digest. */
  token: (digest: string) => `push-token:${digest}`,
} as const;

/** The person in a hash as Redis gives it. Fields that earlier builds wrote are passed over. */
export function personOf(hash: unknown): Person {
  const consents: Consent[] = [];
  const tokens: Token[] = [];
  let profile: Profile | null = null;
  let preference: Preference | null = null;
  for (const [field, record] of recordsOf(hash)) {
    if (field === personFields.profile) profile = record as Profile;
    else if (field === personFields.preference) preference = record as Preference;
    else if (field.startsWith("consent:")) consents.push(record as Consent);
    else if (field.startsWith("push-token:")) tokens.push(record as Token);
  }
  return { profile, preference, consents, tokens };
}

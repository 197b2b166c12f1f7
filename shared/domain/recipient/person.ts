import type { Channel, Consent, Preference, Profile, Token } from "#shared/contracts/records.ts";

/** The identity of a person. */
export interface PersonRef {
  readonly tenantId: string;
  readonly userId: string;
}

/** All records of one person; absent records are null or empty, never defaults. */
export interface Person {
  readonly profile: Profile | null;
  readonly preference: Preference | null;
  readonly consents: readonly Consent[];
  readonly tokens: readonly Token[];
}

/** An address, identified by its hash. */
export interface AddressRef {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly addressHash: string;
}

import type { Channel, Consent, Preference, Profile, Token } from "#shared/contracts/records.ts";

/** A person by name. */
export interface PersonRef {
  readonly tenantId: string;
  readonly userId: string;
}

/** All that the log has said of one person; absent records are null or empty, never invented. */
export interface Person {
  readonly profile: Profile | null;
  readonly preference: Preference | null;
  readonly consents: readonly Consent[];
  readonly tokens: readonly Token[];
}

/** An address by its hash. */
export interface AddressRef {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly addressHash: string;
}

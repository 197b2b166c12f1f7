import type { Category } from "../category/category.ts";
import type { Targets } from "../delivery/target.ts";
import type { KnownChannel } from "../message/channel.ts";
import type { Person } from "../recipient/person.ts";

/** The person that a message goes to, as the views have them now. */
export interface Recipient {
  readonly userId: string;
  readonly person: Pick<Person, "profile" | "tokens">;
}

/** What is particular to one channel. Each lies in a file of its own; `channels.ts` has them by name. */
export interface ChannelDescriptor {
  readonly channel: KnownChannel;
  /** Where a message goes: one target for each address or device. Pure. */
  targets(recipient: Recipient): Targets;
  /**
   * The one spelling of an address, or undefined if nothing can be sent to it; it does not promise that the address
   * exists. Null where addresses are not hashed, so that none can be suppressed: a device's token, the person itself.
   */
  readonly normalise: ((address: string) => string | undefined) | null;
  /** Whether the channel may be used only after a recorded consent. */
  readonly needsConsent: boolean;
  /** The categories that are on until the person says otherwise; `always` where the person cannot switch them off. */
  readonly onByDefault: readonly Category[] | "always";
}

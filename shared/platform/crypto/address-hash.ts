import type { Channel } from "#shared/contracts/records.ts";
import { normaliseAddress } from "#shared/domain/channel/channels.ts";
import { hmacSha256 } from "./hmac.ts";

/** Peppers by key id, and the id that new hashes are made under. Ids are letters, digits, `-` and `_`. */
export interface AddressHasherOptions {
  readonly current: string;
  /** At least 16 characters each. A retired pepper stays here for as long as hashes made under it are looked up. */
  readonly peppers: Readonly<Record<string, string>>;
}

/** Names an address without revealing it (decision 7): a plain hash of a phone number falls to a dictionary in minutes. */
export interface AddressHasher {
  /**
   * `v1:<kid>:<hex HMAC-SHA256>` of the normalised address under the current pepper. An address that cannot be
   * normalised is hashed trimmed, so the call never throws; the hash then matches no address that was sent to.
   */
  hash(channel: Channel, address: string): string;
  /**
   * The hashes that an entry may lie under, that of `hash` first: each pepper's, because one may be rotating, and those of
   * the spelling as given, where it differs. Entries and unsubscribe links of mixed-case mailboxes were once made by it.
   */
  hashes(channel: Channel, address: string): readonly string[];
}

/** Throws `RangeError` if the current key id has no pepper, or a pepper or an id is not valid. */
export function createAddressHasher(options: AddressHasherOptions): AddressHasher {
  const keyIds = Object.keys(options.peppers);
  for (const keyId of keyIds) checkPepper(keyId, options.peppers[keyId] ?? "");
  if (!keyIds.includes(options.current)) throw new RangeError(`Address pepper '${options.current}' is not configured`);
  const ordered = [options.current, ...keyIds.filter((keyId) => keyId !== options.current)];

  function hashUnder(keyId: string, plain: string): string {
    return `v1:${keyId}:${hmacSha256(options.peppers[keyId] ?? "", plain).toString("hex")}`;
  }

  return {
    hash: (channel, address) => hashUnder(options.current, spellingOf(channel, address)),
    hashes: (channel, address) => {
      const spellings = new Set([spellingOf(channel, address), address.trim()]);
      return [...spellings].flatMap((plain) => ordered.map((keyId) => hashUnder(keyId, plain)));
    },
  };
}

function spellingOf(channel: Channel, address: string): string {
  return normaliseAddress(channel, address) ?? address.trim();
}

function checkPepper(keyId: string, pepper: string): void {
  if (!/^[\w-]+$/.test(keyId))
    throw new RangeError(`Address pepper id '${keyId}' may hold letters, digits, - and _ only`);
  if (pepper.length < 16) throw new RangeError(`Address pepper '${keyId}' is shorter than 16 characters`);
}

import type { Targets } from "#shared/domain/delivery/target.ts";
import { addressOf } from "#shared/domain/recipient/address.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import { normaliseAddress } from "#shared/platform/crypto/address.ts";

/** The normalised email address of a person. `invalid` does not say why the address cannot be used. */
export function emailTargets(person: Person): Targets {
  const given = addressOf(person, "EMAIL");
  if (!given) return "none";
  const address = normaliseAddress("EMAIL", given);
  return address ? [{ address, deviceId: "" }] : "invalid";
}

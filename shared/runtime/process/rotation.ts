import type { AddressConfig } from "#shared/platform/config/address-settings.ts";
import type { ApiKeyConfig } from "#shared/platform/config/api-key-settings.ts";
import type { ArtifactConfig } from "#shared/platform/config/artifact-settings.ts";
import type { UnsubscribeConfig } from "#shared/platform/config/unsubscribe-settings.ts";
import type { AddressHasherOptions } from "#shared/platform/crypto/address-hash.ts";
import type { ApiKeyPeppers } from "#shared/platform/crypto/api-key-secret.ts";
import type { MasterKeys } from "#shared/platform/crypto/master-key.ts";
import type { UnsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";

/** The pepper in force, and those that addresses were hashed under before. */
export function addressPeppers(config: AddressConfig): AddressHasherOptions {
  const { COMMS_ADDRESS_PEPPER_ID: current, COMMS_ADDRESS_PEPPER, COMMS_ADDRESS_PEPPERS_PREVIOUS } = config;
  return { current, peppers: { ...COMMS_ADDRESS_PEPPERS_PREVIOUS, [current]: COMMS_ADDRESS_PEPPER } };
}

/** The master key in force, and those that data keys are still wrapped under. */
export function masterKeys(config: ArtifactConfig): MasterKeys {
  const { COMMS_MASTER_KEY_ID: current, COMMS_MASTER_KEY, COMMS_MASTER_KEYS_PREVIOUS } = config;
  const keys = Object.entries({ ...COMMS_MASTER_KEYS_PREVIOUS, [current]: COMMS_MASTER_KEY });
  return { current, keys: Object.fromEntries(keys.map(([id, hex]) => [id, Buffer.from(hex, "hex")])) };
}

/** The secret that links are signed with, and those whose links still work. Signer and gateway must be given the same. */
export function unsubscribeKeysOf(config: UnsubscribeConfig): UnsubscribeKeys {
  const { COMMS_UNSUBSCRIBE_SECRET_ID: current, COMMS_UNSUBSCRIBE_SECRET, COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS } = config;
  const keys = Object.entries({ ...COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS, [current]: COMMS_UNSUBSCRIBE_SECRET });
  return { current, keys: Object.fromEntries(keys.map(([id, secret]) => [id, { secret }])) };
}

/** The pepper of API keys in force, and those of keys that are still used. */
export function apiKeyPeppersOf(config: ApiKeyConfig): ApiKeyPeppers {
  const { COMMS_API_KEY_PEPPER_ID: current, COMMS_API_KEY_PEPPER, COMMS_API_KEY_PEPPERS_PREVIOUS } = config;
  return { current, peppers: { ...COMMS_API_KEY_PEPPERS_PREVIOUS, [current]: COMMS_API_KEY_PEPPER } };
}

import type { Addresses } from "#shared/platform/config/addresses.ts";
import { localSettings } from "./settings.ts";

/** Who comes in to a stack that asks for names and passwords. */
export interface ClientPrincipal {
  readonly name: string;
  /** The path of the file with its password. */
  readonly passwordFile: string;
}

/** What a client of the stack needs to know, by the names that the product's own settings have. */
const clientVariables = [
  "COMMS_BOOTSTRAP_SERVERS",
  "COMMS_KAFKA_SECURITY_PROTOCOL",
  "COMMS_KAFKA_CA_FILE",
  "COMMS_KAFKA_CERTIFICATE_FILE",
  "COMMS_KAFKA_KEY_FILE",
  "COMMS_KAFKA_USER",
  "COMMS_KAFKA_PASSWORD_FILE",
  "COMMS_SCHEMA_REGISTRY_URL",
  "COMMS_SCHEMA_REGISTRY_CA_FILE",
  "COMMS_GATEWAY_PUBLIC_URL",
  "COMMS_POSTGRES_URL",
  "COMMS_POSTGRES_CA_FILE",
  "COMMS_REDIS_URL",
  "COMMS_REDIS_CA_FILE",
  "COMMS_REDIS_PASSWORD_FILE",
] as const;

/**
 * The variables of a client of this stack, all of them; undefined for those that it must not have. Of a secure stack without a
 * principal they are the administrator's, by certificate. A stack that asks for no names ignores the principal.
 */
export function clientEnvironment(
  addresses: Addresses,
  principal?: ClientPrincipal,
): ReadonlyMap<string, string | undefined> {
  const settings = localSettings(addresses, "");
  const own = addresses.secure && principal ? { ...settings, ...passwordSettings(addresses, principal) } : settings;
  const found: Readonly<Record<string, string | undefined>> = own;
  return new Map(clientVariables.map((name) => [name, found[name]]));
}

/** By password instead of certificate: Kafka has another listener for it. */
function passwordSettings({ kafka }: Addresses, { name, passwordFile }: ClientPrincipal) {
  return {
    COMMS_BOOTSTRAP_SERVERS: kafka.bootstrap,
    COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
    COMMS_KAFKA_CERTIFICATE_FILE: undefined,
    COMMS_KAFKA_KEY_FILE: undefined,
    COMMS_KAFKA_USER: name,
    COMMS_KAFKA_PASSWORD_FILE: passwordFile,
  };
}

/** Lines that a shell takes by `eval`: an export for each variable that has a value, and an `unset` for the others. */
export function shellLines(variables: ReadonlyMap<string, string | undefined>): string {
  const lines = [...variables].map(([name, value]) =>
    value === undefined ? `unset ${name}\n` : `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`,
  );
  return lines.join("");
}

import type { ClientConfig } from "pg";
import type { PostgresConfig } from "../config/postgres-settings.ts";
import { createSecretSource } from "../tls/secret-source.ts";
import { createTlsSource } from "../tls/tls-source.ts";

/** How to reach a database. `options` are as the files have them now, over what the URL says: ask before each connection. */
export interface PostgresAccess {
  readonly url: string;
  readonly options?: (() => Pick<ClientConfig, "password" | "ssl" | "connectionString">) | undefined;
}

/** The access that the settings describe. */
export function postgresAccess(config: PostgresConfig): PostgresAccess {
  const url = config.COMMS_POSTGRES_URL;
  const password = createSecretSource({
    setting: "COMMS_POSTGRES_PASSWORD_FILE",
    file: config.COMMS_POSTGRES_PASSWORD_FILE,
  });
  if (!url.includes("sslmode=verify-full")) {
    return { url, options: password && (() => ({ connectionString: withSecret(url, password()) })) };
  }
  const file = (setting: "COMMS_POSTGRES_CA_FILE" | "COMMS_POSTGRES_CERTIFICATE_FILE" | "COMMS_POSTGRES_KEY_FILE") => {
    const path = config[setting];
    return path === undefined ? undefined : { setting, path };
  };
  const tls = createTlsSource({
    ca: file("COMMS_POSTGRES_CA_FILE"),
    certificate: file("COMMS_POSTGRES_CERTIFICATE_FILE"),
    key: file("COMMS_POSTGRES_KEY_FILE"),
  });
  // The driver lets its URL decide over `ssl`, so that the URL has no word of it any more.
  const plain = withoutMode(url);
  return {
    url,
    options: () => ({
      connectionString: password === undefined ? plain : withSecret(plain, password()),
      ssl: { ...tls.material(), rejectUnauthorized: true },
    }),
  };
}

function withoutMode(text: string): string {
  const url = new URL(text);
  url.searchParams.delete("sslmode");
  return url.href;
}

function withSecret(text: string, password: string): string {
  const url = new URL(text);
  url.password = encodeURIComponent(password);
  return url.href;
}

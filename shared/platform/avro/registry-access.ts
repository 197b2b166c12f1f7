import { Agent as HttpsAgent } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { Agent, type Dispatcher } from "undici";
import type { RegistryConfig } from "../config/registry-settings.ts";
import { freshConnector } from "../http/fresh-connector.ts";
import { directOutbound } from "../http/outbound.ts";
import { createSecretSource, type SecretSource } from "../tls/secret-source.ts";
import { type TlsPeer, tlsFailure } from "../tls/tls-failure.ts";
import { createTlsSource, type TlsSource } from "../tls/tls-source.ts";

/** How to reach a registry: by https with which authorities, and as whom. */
export interface RegistryAccess {
  readonly url: string;
  /** The user and password as they are now. */
  readonly login?: (() => { readonly user: string; readonly password: string }) | undefined;
  readonly tls?: TlsSource | undefined;
}

/** Names the registry in errors of TLS. */
export const registryPeer: TlsPeer = {
  code: "REGISTRY",
  name: "the schema registry",
  caSetting: "COMMS_SCHEMA_REGISTRY_CA_FILE",
};

/** The access that the settings describe. */
export function registryAccess(config: RegistryConfig): RegistryAccess {
  const url = config.COMMS_SCHEMA_REGISTRY_URL;
  const user = config.COMMS_SCHEMA_REGISTRY_USER;
  const password = createSecretSource({
    setting: "COMMS_SCHEMA_REGISTRY_PASSWORD_FILE",
    value: config.COMMS_SCHEMA_REGISTRY_PASSWORD,
    file: config.COMMS_SCHEMA_REGISTRY_PASSWORD_FILE,
  });
  const path = config.COMMS_SCHEMA_REGISTRY_CA_FILE;
  const ca = path === undefined ? undefined : { setting: "COMMS_SCHEMA_REGISTRY_CA_FILE", path };
  return {
    url,
    login: loginOf(user, password),
    tls: url.startsWith("https:") ? createTlsSource({ ca }) : undefined,
  };
}

function loginOf(user: string | undefined, password: SecretSource | undefined): RegistryAccess["login"] {
  if (user === undefined || password === undefined) return undefined;
  return () => ({ user, password: password() });
}

/** The header of basic authentication; nothing without a login. */
export function authorizationOf({ login }: RegistryAccess): { readonly authorization?: string } {
  if (login === undefined) return {};
  const { user, password } = login();
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

/** The connections of our own calls; undefined where nothing is particular about them. Each takes the files as they are then. */
export function registryDispatcher({ tls }: RegistryAccess): Dispatcher | undefined {
  if (tls === undefined) return undefined;
  // It stands beside Kafka, which no proxy leads to.
  return new Agent({ connect: freshConnector(directOutbound, tls) });
}

/** The connections of the library's calls, which keeps to itself why one failed: `failure` has it. */
export class RegistryAgent extends HttpsAgent {
  readonly #tls: TlsSource;
  failure: unknown;

  constructor(tls: TlsSource) {
    super();
    this.#tls = tls;
  }

  override createConnection(...[options, callback]: Parameters<HttpsAgent["createConnection"]>) {
    const withTls: typeof options & Pick<ConnectionOptions, "secureContext"> = {
      ...options,
      secureContext: this.#tls.context(),
    };
    const socket = super.createConnection(withTls, callback);
    socket?.once("secureConnect", () => {
      this.failure = undefined;
    });
    socket?.once("error", (error: unknown) => {
      this.failure = tlsFailure(error, registryPeer);
    });
    return socket;
  }
}

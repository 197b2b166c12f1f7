import type { SecretSource } from "../tls/secret-source.ts";
import type { TlsSource } from "../tls/tls-source.ts";

/** How a client proves who it is. The sources are asked at each authentication, so what they give may change. */
export type SaslSource =
  | {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly user: string;
      readonly password: SecretSource;
    }
  | {
      readonly mechanism: "OAUTHBEARER";
      readonly token: () => string | Promise<string>;
      /** The brokers refused the token that was given last. */
      readonly refused?: () => void;
    };

/** What protects a connection to a broker. */
export interface KafkaSecurity {
  readonly tls?: TlsSource | undefined;
  readonly sasl?: SaslSource | undefined;
}

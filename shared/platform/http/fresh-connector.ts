import type { buildConnector } from "undici";
import type { TlsSource } from "../tls/tls-source.ts";
import type { Outbound } from "./outbound.ts";

/** A connector that takes certificates as they lie in their files at each connection; it fails as `TlsSource` does. */
export function freshConnector(outbound: Pick<Outbound, "connector">, tls: TlsSource): buildConnector.connector {
  return (options, callback) => {
    try {
      outbound.connector({ secureContext: tls.context() })(options, callback);
    } catch (error) {
      callback(error as Error, null);
    }
  };
}

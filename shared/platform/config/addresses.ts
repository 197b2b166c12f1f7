/** The addresses of the stack, as `.carillon/stack.json` has them. Kafka's tools, kcat, psql and Python clients use them. */
export interface Addresses {
  readonly mode: "native" | "docker";
  readonly kafka: { readonly bootstrap: string };
  readonly registry: { readonly url: string };
  readonly postgres: { readonly url: string };
  readonly redis: { readonly url: string };
  /** `file:///…` for a folder, or an S3 endpoint. */
  readonly artifacts: { readonly url: string };
  readonly gateway: { readonly url: string };
  /** There where the servers ask for TLS and passwords. */
  readonly secure?: SecureAccess;
  readonly simulator: { readonly url: string; readonly smtp: string; readonly ledger: string };
}

/** How to come in where a stack asks who one is. All but the address are paths. */
export interface SecureAccess {
  /** Where certificates and passwords lie. */
  readonly folder: string;
  /** The authority that every server's certificate is of. */
  readonly ca: string;
  /** Kafka's listener for mTLS; `kafka.bootstrap` is the one for passwords. */
  readonly kafkaTls: string;
  readonly adminCertificate: string;
  readonly adminKey: string;
  readonly redisPassword: string;
}

/** The content of `.carillon/stack.json`: the addresses, and what Carillon itself takes from the file. */
export interface StackFile extends Addresses {
  /** The checkout whose stack made the file. Code that runs from another takes no settings from it. */
  readonly checkout: string;
  /** A value for each setting that the local stack and the providers' double answer for. */
  readonly settings: Readonly<Record<string, string>>;
}

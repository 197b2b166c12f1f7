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
  readonly simulator: { readonly url: string; readonly smtp: string; readonly ledger: string };
}

/** The content of `.carillon/stack.json`: the addresses, and what Carillon itself takes from the file. */
export interface StackFile extends Addresses {
  /** The checkout whose stack made the file. Code that runs from another takes no settings from it. */
  readonly checkout: string;
  /** A value for each setting that the local stack and the providers' double answer for. */
  readonly settings: Readonly<Record<string, string>>;
}

import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a client asked with. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

/** A token endpoint by https, on a free port of the loopback. */
export interface TokenEndpoint {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly TokenRequest[];
  /** How the next requests are answered. */
  answer: (response: ServerResponse) => unknown;
  close(): Promise<void>;
}

/** Starts it with a certificate and its key. */
export async function startTokenEndpoint(
  pair: { readonly cert: string | Buffer; readonly key: string | Buffer },
  answer: TokenEndpoint["answer"],
): Promise<TokenEndpoint> {
  const requests: TokenRequest[] = [];
  const endpoint = { answer };
  const server = createServer(pair, (incoming, response) => {
    void text(incoming).then((body) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      requests.push({ authorization: incoming.headers.authorization, form });
      return endpoint.answer(response);
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(endpoint, {
    url: `https://127.0.0.1:${port}/token`,
    port,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
}

/** An answer in JSON. */
export function says(status: number, body: object | string) {
  return (response: ServerResponse): void => {
    const content = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json" }).end(content);
  };
}

import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";

/** What a proxy does with the next connections. */
export type ProxyMode =
  | "open"
  /** Takes CONNECT and says nothing. */
  | "hang"
  /** Opens the tunnel and passes nothing on. */
  | "swallow"
  /** Passes on what clients send and no answer, by tunnels that are open already too. */
  | "mute"
  /** Closes the connection in place of an answer. */
  | "drop"
  /** Answers with this status. */
  | number;

/** A proxy for CONNECT alone. Every name leads to the loopback, as if a resolver of its own knew it. */
export interface ConnectProxy {
  readonly port: number;
  /** `host:port` of each CONNECT, in their order. */
  readonly connects: readonly string[];
  /** Requests that came without CONNECT. */
  readonly others: readonly string[];
  mode: ProxyMode;
  close(): Promise<void>;
}

/** What the proxy asks for, and speaks. */
export interface ConnectProxyOptions {
  /** `user:password`, asked for by basic authentication. */
  readonly login?: string;
  /** Where a client is to be met by TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Starts it on a free port of the loopback. */
export async function startConnectProxy({ login, tls }: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const [connects, others, sockets]: [string[], string[], Set<Socket>] = [[], [], new Set()];
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
  const proxy = { mode: "open" as ProxyMode };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => sockets.delete(socket));
  };
  server.on("connection", keep);
  server.on("request", (request, response) => {
    others.push(request.url ?? "");
    response.writeHead(405).end();
  });
  server.on("connect", ({ url = "", headers }: IncomingMessage, client: Socket, head: Buffer) => {
    connects.push(url);
    keep(client);
    const { mode } = proxy;
    if (expected !== undefined && headers["proxy-authorization"] !== expected) return refuse(client, 407);
    if (typeof mode === "number") return refuse(client, mode);
    if (mode === "hang") return;
    if (mode === "drop") return void client.destroy();
    const upstream = connect(Number(url.split(":").at(-1)), "127.0.0.1");
    keep(upstream);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.once("close", () => to.destroy());
    }
    upstream.once("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (mode === "swallow") return void client.resume();
      upstream.write(head);
      client.pipe(upstream);
      upstream.on("data", (chunk: Buffer) => void (proxy.mode === "mute" || client.write(chunk)));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return Object.assign(proxy, {
    port: (server.address() as AddressInfo).port,
    connects,
    others,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
}

function refuse(client: Socket, status: number): void {
  client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 6\r\nproxy-authenticate: Basic realm="p"\r\n\r\nrefuse`);
}

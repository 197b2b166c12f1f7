import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from "node:http";
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions, type RequestOptions } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { Agent, buildConnector, type Dispatcher, getGlobalDispatcher } from "undici";
import type { ProxyConfig } from "../config/proxy-settings.ts";
import { AppError } from "../errors/app-error.ts";
import { type ProxyChoice, type ProxyRules, proxyRules } from "./proxy-rules.ts";
import { openTunnel } from "./tunnel.ts";

/**
 * How calls leave for hosts that are not ours: through the proxy that is set for them, or directly. Everything that calls a
 * provider connects by it. Through a proxy it is always a tunnel (CONNECT), for `http` too: what the proxy itself answers is
 * then never taken for the provider's, and a tunnel that fails has sent nothing.
 */
export interface Outbound {
  /** For a pool or an agent of undici: `new Pool(origin, { connect: outbound.connector({ timeout: 2_000 }) })`. */
  connector(options?: buildConnector.BuildOptions): buildConnector.connector;
  /** For single calls of undici. Not to be closed. */
  dispatcher(): Dispatcher;
  /** For clients on `node:http`. */
  agents(options: HttpAgentOptions): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
}

/** How long a proxy may take to open a tunnel, ms, and the handshake inside it as long again; a provider's call has 5,000. */
export const tunnelTimeoutMs = 1_800;

/** The way out that the settings describe. */
export function createOutbound(config: ProxyConfig): Outbound {
  return outboundBy({
    https: config.https_proxy ?? config.HTTPS_PROXY,
    http: config.http_proxy ?? config.HTTP_PROXY,
    except: config.no_proxy ?? config.NO_PROXY,
  });
}

/** Without a proxy. */
export const directOutbound: Outbound = outboundBy({});

function outboundBy(choice: ProxyChoice): Outbound {
  const proxyOf = proxyRules(choice);
  const connector = (options: buildConnector.BuildOptions = {}) => tunnelConnector(proxyOf, options);
  let shared: Dispatcher | undefined;
  return {
    connector,
    dispatcher: () => {
      if (choice.https === undefined && choice.http === undefined) return getGlobalDispatcher();
      shared ??= new Agent({ connect: connector() });
      return shared;
    },
    agents: (options) => ({
      httpAgent: new OutboundHttpAgent(options, proxyOf),
      httpsAgent: new OutboundHttpsAgent(options, proxyOf),
    }),
  };
}

function tunnelConnector(proxyOf: ProxyRules, options: buildConnector.BuildOptions): buildConnector.connector {
  const direct = buildConnector(options);
  const inside = buildConnector({ ...options, timeout: options.timeout ?? tunnelTimeoutMs });
  return (target, callback) => {
    const { protocol, hostname } = target;
    const destination = { protocol, hostname, port: portOf(protocol, target.port) };
    const proxy = proxyOf(destination);
    if (proxy === undefined) return direct(target, callback);
    openTunnel(proxy, destination, tunnelTimeoutMs).then(
      (socket) => {
        if (protocol === "https:") inside({ ...target, httpSocket: socket }, callback);
        else callback(null, socket.setNoDelay(true));
      },
      (error: Error) => callback(error, null),
    );
  };
}

function portOf(protocol: string, port: string | number | null | undefined): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}

type Connect = HttpAgent["createConnection"];

class OutboundHttpAgent extends HttpAgent {
  readonly #proxyOf: ProxyRules;

  constructor(options: HttpAgentOptions, proxyOf: ProxyRules) {
    super(options);
    this.#proxyOf = proxyOf;
  }

  override createConnection(...[options, callback]: Parameters<Connect>): ReturnType<Connect> {
    const port = portOf("http:", options.port);
    const destination = { protocol: "http:", hostname: options.host ?? "localhost", port };
    const proxy = this.#proxyOf(destination);
    if (proxy === undefined) return super.createConnection(options, callback);
    openTunnel(proxy, destination, tunnelTimeoutMs).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  }
}

class OutboundHttpsAgent extends HttpsAgent {
  readonly #proxyOf: ProxyRules;

  constructor(options: HttpsAgentOptions, proxyOf: ProxyRules) {
    super(options);
    this.#proxyOf = proxyOf;
  }

  override createConnection(
    ...[options, callback]: Parameters<HttpsAgent["createConnection"]>
  ): ReturnType<HttpsAgent["createConnection"]> {
    const port = portOf("https:", options.port);
    const destination = { protocol: "https:", hostname: options.host ?? "localhost", port };
    const proxy = this.#proxyOf(destination);
    if (proxy === undefined) return markBroken(super.createConnection(options, callback) as TLSSocket);
    openTunnel(proxy, destination, tunnelTimeoutMs)
      .then((socket) => secured(markBroken(super.createConnection(inside(options, socket)) as TLSSocket)))
      .then(
        (socket) => callback?.(null, socket),
        (error: Error) => callback?.(error, undefined as never),
      );
    return undefined;
  }
}

/** The code of a connection that breaks after its handshake. */
const broken = "TLS_BROKEN";

/**
 * The socket, whose errors of TLS say so where they come after the handshake. The same code of OpenSSL's may come in it and later, when a
 * request may have gone out: something between the two sides has written into the stream, or a side has given up.
 */
function markBroken(socket: TLSSocket): TLSSocket {
  socket.once("secureConnect", () => {
    socket.prependListener("error", (error: NodeJS.ErrnoException) => {
      if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(error.code ?? "")) error.code = broken;
    });
  });
  return socket;
}

/** Node takes `socket` here, as `tls.connect` does; its types do not say so. */
function inside(options: RequestOptions, socket: Socket): RequestOptions {
  return Object.assign({ ...options }, { socket });
}

/** The socket once its handshake has ended: until then nothing of a request is written, so that its failure has sent nothing. */
function secured(socket: TLSSocket): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const late = new AppError("PROXY_TIMEOUT", "The handshake through the proxy does not end in time", {
      retryable: true,
    });
    const timer = setTimeout(() => socket.destroy(late), tunnelTimeoutMs);
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject).once("close", () => clearTimeout(timer));
  });
}

import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { isIP, type Socket } from "node:net";
import { AppError, codeOf } from "../errors/app-error.ts";
import { type TlsPeer, tlsFailure } from "../tls/tls-failure.ts";
import type { Destination } from "./proxy-rules.ts";

/** What an `https` proxy is in errors of TLS. */
const peer: TlsPeer = { code: "PROXY", name: "the proxy", caSetting: "NODE_EXTRA_CA_CERTS" };

/**
 * A connection to a destination through a proxy, by CONNECT. Rejects, within `timeoutMs`, with an `AppError` whose code begins
 * with `PROXY_`: nothing has been sent to the destination then. No error names a user or a password.
 */
export function openTunnel(proxy: URL, { hostname, port }: Destination, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const isTls = proxy.protocol === "https:";
  const host = bare(proxy.hostname);
  const authority = `${isIP(bare(hostname)) === 6 ? `[${bare(hostname)}]` : hostname}:${port}`;
  const request = (isTls ? requestTls : requestPlain)({
    host,
    port: proxy.port === "" ? (isTls ? 443 : 80) : Number(proxy.port),
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...authorizationOf(proxy) },
    agent: false,
    ...(isTls && isIP(host) === 0 ? { servername: host } : {}),
  });
  const timer = setTimeout(() => request.destroy(late(proxy)), timeoutMs);
  request.once("connect", ({ statusCode = 0 }, socket, head) => {
    clearTimeout(timer);
    // Between two owners nobody listens, and an error without a listener ends the process.
    socket.on("error", () => {});
    if (statusCode >= 200 && statusCode < 300) {
      if (head.length > 0) socket.unshift(head);
      return resolve(socket);
    }
    socket.destroy();
    reject(refusalOf(proxy, statusCode));
  });
  request.on("error", (error) => {
    clearTimeout(timer);
    reject(failureOf(proxy, error));
  });
  request.end();
  return promise;
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

function authorizationOf({ username, password }: URL): { readonly "proxy-authorization"?: string } {
  if (username === "" && password === "") return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
}

/** Statuses that say "not now". */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

function refusalOf({ host }: URL, status: number): AppError {
  const options = { retryable: true };
  if (status === 407) {
    const message = `The proxy ${host} wants a user and a password, or others: HTTPS_PROXY has them as http://user:password@host:port`;
    return new AppError("PROXY_AUTHENTICATION", message, options);
  }
  if (status >= 500 || passing.has(status)) {
    const message = `The proxy ${host} answers ${status} to CONNECT: it does not come through to the other side at present`;
    return new AppError("PROXY_UNAVAILABLE", message, options);
  }
  const message = `The proxy ${host} answers ${status} to CONNECT: it does not let this client through to that host and port`;
  return new AppError("PROXY_REFUSED", message, options);
}

function late({ host }: URL): AppError {
  return new AppError("PROXY_TIMEOUT", `The proxy ${host} does not answer CONNECT in time`, { retryable: true });
}

function failureOf({ host }: URL, error: Error): AppError {
  if (error instanceof AppError) return error;
  const ofTls = tlsFailure(error, peer);
  if (ofTls !== undefined) return ofTls;
  const message = `The proxy ${host} is not reached (${codeOf(error)}): check HTTPS_PROXY and the way there`;
  return new AppError("PROXY_UNREACHABLE", message, { retryable: true, cause: error });
}

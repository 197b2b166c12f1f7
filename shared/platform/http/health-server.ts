import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a process says of itself. Each may be asked often and must answer at once. */
export interface Health {
  /** Undefined when all is well, else why not, for people. */
  live(): string | undefined;
  ready(): string | undefined;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

/** A health server that listens. */
export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/livez` (the lag moves), `/readyz` (assigned, caught up, nothing waited for) and `/metrics`. A no is 503 with the
 * reason as text.
 */
export async function startHealthServer(options: {
  host: string;
  port: number;
  health: Health;
}): Promise<HealthServer> {
  const { host, port, health } = options;
  const server = createServer((request, response) => {
    answer(health, request.url ?? "/", response).catch(() => response.destroy());
  });
  await listen(server, port, host);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(health: Health, url: string, response: ServerResponse): Promise<void> {
  const path = url.split("?")[0];
  if (path === "/metrics") return reply(response, 200, await health.metrics(), "text/plain; version=0.0.4");
  if (path !== "/livez" && path !== "/readyz") return reply(response, 404, "Not found");
  const why = path === "/livez" ? health.live() : health.ready();
  reply(response, why === undefined ? 200 : 503, why ?? "ok");
}

function reply(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type });
  response.end(`${body}\n`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The health of a process. Each method is called often and must return at once. */
export interface Health {
  /** Undefined if all is well, else the reason, for people. */
  live(): string | undefined;
  ready(): string | undefined;
  /** What somebody should look at, though it fails no check: further lines of `/readyz`. */
  notes?(): readonly string[];
  /** Prometheus text. */
  metrics(): Promise<string>;
}

/** A health server that listens. */
export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/livez` (the lag moves), `/readyz` (assigned, caught up, not waiting) and `/metrics`. A failed check is 503 with the
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
  if (path === "/metrics") return reply(response, { body: await health.metrics(), type: "text/plain; version=0.0.4" });
  if (path !== "/livez" && path !== "/readyz") return reply(response, { status: 404, body: "Not found" });
  const reason = path === "/livez" ? health.live() : health.ready();
  const notes = path === "/livez" ? [] : (health.notes?.() ?? []);
  reply(response, { status: reason === undefined ? 200 : 503, body: [reason ?? "ok", ...notes].join("\n") });
}

interface Reply {
  readonly body: string;
  /** Default 200. */
  readonly status?: number;
  /** Default plain text in UTF-8. */
  readonly type?: string;
}

function reply(response: ServerResponse, { body, status = 200, type = "text/plain; charset=utf-8" }: Reply): void {
  response.writeHead(status, { "content-type": type });
  response.end(`${body}\n`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

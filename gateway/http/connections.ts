import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { clientOf } from "./client.ts";
import { clientShare } from "./limits.ts";
import { problemBody, problems } from "./problem.ts";

/** Why a connection is closed without a request. */
const refusalCauses = ["all", "client", "late", "malformed"];

export interface ConnectionBounds {
  readonly connectionsMax: number;
  /** A proxy carries the connections of many clients, so that no share binds it. */
  readonly isProxy: (address: string) => boolean;
  readonly metrics: Metrics;
}

/**
 * Bounds the connections of a server, in all and of one client. One too many is closed without a word. Where all are taken,
 * those that idle give way.
 */
export function boundConnections(server: Server, { connectionsMax, isProxy, metrics }: ConnectionBounds): void {
  metrics.expose("comms_http_connections_refused_total", ...refusalCauses.map((cause) => ({ cause })));
  const clients = new Map<string, number>();
  const share = Math.ceil(connectionsMax * clientShare);
  server.maxConnections = connectionsMax;
  server.on("drop", () => {
    metrics.count("comms_http_connections_refused_total", { cause: "all" });
    server.closeIdleConnections();
  });
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    if (isProxy(address)) return;
    const client = clientOf(address);
    const count = (clients.get(client) ?? 0) + 1;
    clients.set(client, count);
    socket.once("close", () => {
      const left = (clients.get(client) ?? 1) - 1;
      if (left > 0) clients.set(client, left);
      else clients.delete(client);
    });
    if (count <= share) return;
    metrics.count("comms_http_connections_refused_total", { cause: "client" });
    socket.destroy();
  });
}

/** Answers what is not a request, and what has not become one in time. */
export function answerClientError(error: Error, socket: Duplex, metrics: Metrics): void {
  const isLate = codeOf(error) === "ERR_HTTP_REQUEST_TIMEOUT";
  metrics.count("comms_http_connections_refused_total", { cause: isLate ? "late" : "malformed" });
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: { headersSent: boolean } };
  if (codeOf(error) === "ECONNRESET" || !socket.writable || response?.headersSent === true) {
    socket.destroy();
    return;
  }
  const code = isLate ? "COMMS_REQUEST_TIMEOUT" : "COMMS_MALFORMED_REQUEST";
  const detail = isLate ? "The request has not arrived in time" : "The request is not well-formed HTTP";
  const body = JSON.stringify(problemBody({ code, detail }));
  const head = [
    `HTTP/1.1 ${problems[code].status} ${isLate ? "Request Timeout" : "Bad Request"}`,
    "connection: close",
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

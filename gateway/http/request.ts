import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest } from "fastify";
import { type RecordSpan, startRequestSpan } from "#shared/platform/telemetry/tracing.ts";

const none = Buffer.alloc(0);
const notes = new WeakMap<FastifyRequest, Record<string, string>>();
const plain = new WeakSet<FastifyRequest>();

/** The caller's id of a request if it is fit for a log, else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const id = headers["x-request-id"];
  return typeof id === "string" && /^[\w.:-]{1,64}$/.test(id) ? id : randomUUID();
}

/** Begins the trace of a request, or continues the caller's. Records of the request are published under it and its id. */
export function startTrace(request: FastifyRequest): RecordSpan {
  const span = startRequestSpan(`${request.method} ${request.routeOptions.url ?? "none"}`, request.headers);
  for (const [name, value] of Object.entries(span.headers)) request.headers[name] = String(value);
  request.headers["x-request-id"] = request.id;
  note(request, { request_id: request.id, trace_id: span.traceId });
  return span;
}

/** The body as it arrived; empty if there was none. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : none;
}

/** The media type without its parameters, in lower case. */
export function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Adds ids and codes to the request's line in the log. Never an address, a token or a value. */
export function note(request: FastifyRequest, fields: Readonly<Record<string, string>>): void {
  notes.set(request, { ...notes.get(request), ...fields });
}

/** What comes by the hundred a second and says nothing by itself shares a line with others of its route, if it is answered with 2xx. */
export function markPlain(request: FastifyRequest): void {
  plain.add(request);
}

export function isPlain(request: FastifyRequest): boolean {
  return plain.has(request);
}

export function notesOf(request: FastifyRequest): Readonly<Record<string, string>> {
  return notes.get(request) ?? {};
}

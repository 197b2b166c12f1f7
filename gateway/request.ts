import type { FastifyRequest } from "fastify";

const none = Buffer.alloc(0);
const notes = new WeakMap<FastifyRequest, Record<string, string>>();

/** The body as it came in; empty where there was none. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : none;
}

/** The media type without its parameters, in small letters. */
export function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Adds ids and codes to the request's line in the log. Never an address, a token or a value. */
export function note(request: FastifyRequest, fields: Readonly<Record<string, string>>): void {
  notes.set(request, { ...notes.get(request), ...fields });
}

export function notesOf(request: FastifyRequest): Readonly<Record<string, string>> {
  return notes.get(request) ?? {};
}

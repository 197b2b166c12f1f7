import type { FastifyRequest } from "fastify";
import { type JsonBounds, jsonExcess } from "#shared/domain/json/excess.ts";
import type { Problem } from "../../http/problem.ts";
import { bodyOf, mediaTypeOf } from "../../http/request.ts";
import { invalidEvent } from "./check-event.ts";

/**
 * The JSON of a request's body. Well-formed UTF-8 only: a lenient decoder would put other characters on the topic than were
 * sent. Its values and levels are counted before it is parsed.
 */
export function readJsonBody(
  request: FastifyRequest,
  bounds: JsonBounds,
): { readonly value: unknown } | { readonly problem: Problem } {
  if (!/^application\/(json|[\w.-]+\+json)$/.test(mediaTypeOf(request))) {
    return { problem: { code: "COMMS_UNSUPPORTED_MEDIA_TYPE", detail: "Send application/json" } };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bodyOf(request));
    const excess = jsonExcess(text, bounds);
    if (excess === "depth") return { problem: invalidEvent(["payload is nested too deep"]) };
    if (excess === undefined) return { value: JSON.parse(text) };
    return { problem: { code: "COMMS_PAYLOAD_TOO_LARGE", detail: `A body may have ${bounds.valuesMax} values` } };
  } catch {
    return { problem: { code: "COMMS_MALFORMED_REQUEST", detail: "The body is not JSON" } };
  }
}

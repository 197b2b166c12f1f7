import type { FastifyReply } from "fastify";
import { reasons } from "#shared/domain/message/reason.ts";
import { note } from "./request.ts";

/** The codes that the gateway refuses a request with: the status, and what the code means. */
export const problems = {
  COMMS_INVALID_EVENT: { status: 422, title: reasons.COMMS_INVALID_EVENT },
  COMMS_UNKNOWN_EVENT: { status: 422, title: reasons.COMMS_UNKNOWN_EVENT },
  COMMS_PAYLOAD_TOO_LARGE: { status: 413, title: reasons.COMMS_PAYLOAD_TOO_LARGE },
  COMMS_MALFORMED_REQUEST: { status: 400, title: "The request cannot be read" },
  COMMS_UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The body is of another type than this route takes" },
  COMMS_UNAUTHENTICATED: { status: 401, title: "The request has no key that may be used" },
  COMMS_SCOPE_MISSING: { status: 403, title: "The key may not do this" },
  COMMS_TENANT_MISMATCH: { status: 403, title: "The request names another tenant than the key's" },
  COMMS_FORBIDDEN: { status: 403, title: "The role of the key does not allow this" },
  COMMS_REQUEST_TIMEOUT: { status: 408, title: "The request did not arrive whole in time" },
  COMMS_TOO_MANY_REQUESTS: { status: 429, title: "The client or its key sends more than it may" },
  COMMS_NOT_FOUND: { status: 404, title: "There is nothing at this address" },
  COMMS_CONFLICT: { status: 409, title: "What is there does not allow this any more" },
  COMMS_VERSION_MISMATCH: { status: 412, title: "It was changed meanwhile: the ETag has its version" },
  COMMS_INVALID_REQUEST: { status: 422, title: "The body does not fit what the route takes" },
  COMMS_REQUEST_IN_FLIGHT: { status: 409, title: "The first request under this idempotency key is not answered yet" },
  COMMS_IDEMPOTENCY_MISMATCH: { status: 422, title: "The idempotency key was used for another request" },
  COMMS_UNAVAILABLE: { status: 503, title: "A part that the request needs does not answer" },
  COMMS_INTERNAL: { status: 500, title: "The gateway has failed" },
  COMMS_WEBHOOK_MALFORMED: { status: 403, title: "The webhook is not one that the provider sends" },
  COMMS_WEBHOOK_TOPIC: { status: 403, title: "The webhook's topic is not one of ours" },
  COMMS_WEBHOOK_STALE: { status: 403, title: "The webhook was signed too long ago, or ahead of time" },
  COMMS_WEBHOOK_CERTIFICATE: { status: 403, title: "The webhook's certificate is not to be trusted" },
  COMMS_WEBHOOK_NO_STATUS: { status: 422, title: "The webhook reports no status: it belongs at another address" },
  COMMS_WEBHOOK_SIGNATURE: { status: 403, title: "The webhook's signature does not fit" },
} as const;

export type ProblemCode = keyof typeof problems;

export interface Problem {
  readonly code: ProblemCode;
  /** A sentence about this request. It repeats no value of the request. */
  readonly detail: string;
  readonly faults?: readonly string[];
  readonly retryAfterSeconds?: number;
}

/** The body of RFC 9457, with our code and every issue. */
export function problemBody({ code, detail, faults }: Problem) {
  const { status, title } = problems[code];
  return { type: `urn:comms:problem:${code}`, title, status, detail, code, ...(faults ? { faults } : {}) };
}

/** Answers with a problem and adds its code to the request's log line. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  note(reply.request, { code: problem.code });
  if (problem.retryAfterSeconds !== undefined) void reply.header("retry-after", String(problem.retryAfterSeconds));
  return reply
    .code(problems[problem.code].status)
    .type("application/problem+json")
    .send(JSON.stringify(problemBody(problem)));
}

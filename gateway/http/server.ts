import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import type { RecordSpan } from "#shared/platform/telemetry/tracing.ts";
import { type Problem, sendProblem } from "./problem.ts";
import { note, notesOf, requestIdOf, startTrace } from "./request.ts";

export interface ServerOptions {
  readonly telemetry: Telemetry;
  /** Sends HSTS: the public origin is https. */
  readonly isSecure: boolean;
}

/** SNS sends 256 KiB at most, which is up to twice as long when escaped in its envelope; a record may have 1 MiB. Bytes. */
export const bodyBytesMax = 768 * 1024;
/** A request must have arrived whole within this, ms. */
export const requestTimeoutMs = 15_000;

/**
 * A server without routes. It passes every body on as bytes: a signature covers bytes, and a webhook's bytes go on the
 * topic.
 */
export function createServer({ telemetry, isSecure }: ServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    genReqId: ({ headers }) => requestIdOf(headers),
    routerOptions: { maxParamLength: 4_096 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { code: "COMMS_NOT_FOUND", detail: "See /openapi.json for what there is" }),
  );
  app.setErrorHandler((error: FastifyError, _request, reply) => fail(error, reply, telemetry));
  observe(app, telemetry);
  if (isSecure) sendHsts(app);
  return app;
}

function sendHsts(app: FastifyInstance): void {
  app.addHook("onSend", async (_request, reply) => {
    void reply.header("strict-transport-security", "max-age=31536000; includeSubDomains");
  });
}

/** One line, one sample and one span a request. The line has the route and not the URL, which may hold a token. */
function observe(app: FastifyInstance, { metrics, log }: Telemetry): void {
  const spans = new WeakMap<FastifyRequest, RecordSpan>();
  app.addHook("onRequest", async (request, reply) => {
    spans.set(request, startTrace(request));
    void reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const status = String(reply.statusCode);
    metrics.observe("comms_http_request_seconds", { route, status }, reply.elapsedTime / 1000);
    log.info({
      stage: "gateway",
      method: request.method,
      route,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...notesOf(request),
    });
    spans.get(request)?.end(status, reply.statusCode >= 500);
  });
}

function fail(error: FastifyError, reply: FastifyReply, { log }: Telemetry): FastifyReply {
  const { request } = reply;
  const problem = problemOf(error);
  note(request, { cause: codeOf(error) });
  if (problem.code === "COMMS_INTERNAL")
    log.error({ stage: "gateway", err: error, ...notesOf(request) }, "A request could not be answered");
  return sendProblem(reply, problem);
}

function problemOf(error: FastifyError): Problem {
  if (isRetryable(error)) {
    return { code: "COMMS_UNAVAILABLE", detail: `${codeOf(error)}; try again`, retryAfterSeconds: 5 };
  }
  if (error.statusCode === 413 || codeOf(error) === "KAFKA_RECORD_TOO_LARGE") {
    return { code: "COMMS_PAYLOAD_TOO_LARGE", detail: `A body may have ${bodyBytesMax / 1024} KiB` };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { code: "COMMS_MALFORMED_REQUEST", detail: "The request is not well-formed HTTP" };
  }
  return { code: "COMMS_INTERNAL", detail: "This is a fault of ours, and logged" };
}

import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import type { RecordSpan } from "#shared/platform/telemetry/tracing.ts";
import { type Bodies, createBodies, type Place } from "./bodies.ts";
import { clientOf } from "./client.ts";
import { answerClientError, boundConnections } from "./connections.ts";
import {
  bodyBytesMax,
  clientsMax,
  defaultLimits,
  headTimeoutMs,
  lateEveryMs,
  requestTimeoutMs,
  type ServerLimits,
} from "./limits.ts";
import { type Problem, sendProblem } from "./problem.ts";
import { checkQueries } from "./query.ts";
import { createRateLimit } from "./rate-limit.ts";
import { isPlain, note, notesOf, requestIdOf, startTrace } from "./request.ts";
import { RequestSummary } from "./request-summary.ts";

export interface ServerOptions {
  /** What its log lines call it. Default: `gateway`. */
  readonly stage?: string;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Sends HSTS: the public origin is https. */
  readonly isSecure: boolean;
  readonly limits?: ServerLimits;
  /** Whether an address is that of a proxy of ours, whose `X-Forwarded-For` says who the client is. Default: none is. */
  readonly isProxy?: (address: string) => boolean;
}

/**
 * A server without routes. It passes every body on as bytes: a signature covers bytes, and a webhook's bytes go on the
 * topic. What a stranger may cost is bounded before a route is asked: connections, time, rate, bodies, bytes.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { telemetry, isSecure, clock, stage = "gateway", limits = defaultLimits, isProxy = () => false } = options;
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headTimeoutMs, connectionsCheckingInterval: lateEveryMs },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, telemetry.metrics),
    genReqId: ({ headers }) => requestIdOf(headers),
    trustProxy: isProxy,
    routerOptions: { maxParamLength: 4_096 },
  });
  boundConnections(app.server, { connectionsMax: limits.connectionsMax, isProxy, metrics: telemetry.metrics });
  app.setNotFoundHandler((_request, reply) => notFound(reply));
  app.setErrorHandler((error: FastifyError, _request, reply) => fail(error, reply, { log: telemetry.log, stage }));
  observe(app, telemetry, { clock, stage });
  boundRate(app, limits, clock);
  app.addHook("onRequest", async (request, reply) => (request.is404 ? notFound(reply) : undefined));
  checkQueries(app);
  readBodies(app, createBodies(limits, clock));
  if (isSecure) sendHsts(app);
  return app;
}

function notFound(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { code: "COMMS_NOT_FOUND", detail: "See /openapi.json for what there is" });
}

function boundRate(app: FastifyInstance, { clientRate }: ServerLimits, clock: Clock): void {
  const rate = createRateLimit(clientRate, clientsMax);
  app.addHook("onRequest", async (request, reply) => {
    const retryAfterSeconds = rate.take(clientOf(request.ip), clock.now());
    if (retryAfterSeconds === 0) return undefined;
    return sendProblem(reply, { code: "COMMS_TOO_MANY_REQUESTS", detail: "Send fewer a second", retryAfterSeconds });
  });
}

/** A body has a place from its first byte until its request is answered or its connection is gone. */
function readBodies(app: FastifyInstance, bodies: Bodies): void {
  const places = new WeakMap<object, Place>();
  const release = (request: FastifyRequest): void => {
    const place = places.get(request.raw);
    if (place) bodies.close(place);
    places.delete(request.raw);
  };
  app.addHook("onRequest", async (request, reply) => void reply.raw.once("close", () => release(request)));
  app.addHook("onResponse", async (request) => release(request));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest) => {
    const place = bodies.open(clientOf(request.ip));
    places.set(request.raw, place);
    return bodies.read(request.raw, place);
  });
}

function sendHsts(app: FastifyInstance): void {
  app.addHook("onSend", async (_request, reply) => {
    void reply.header("strict-transport-security", "max-age=31536000; includeSubDomains");
  });
}

interface Observer {
  readonly clock: Clock;
  readonly stage: string;
}

/**
 * One sample and one span a request, and one line; those that are plain share theirs. The line has the route and not the URL,
 * which may hold a token.
 */
function observe(app: FastifyInstance, { metrics, log }: Telemetry, { clock, stage }: Observer): void {
  const spans = new WeakMap<FastifyRequest, RecordSpan>();
  const summary = new RequestSummary(log, clock);
  app.addHook("onClose", async () => summary.flush());
  app.addHook("onRequest", async (request, reply) => {
    spans.set(request, startTrace(request));
    void reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const status = String(reply.statusCode);
    metrics.observe("comms_http_request_seconds", { route, status }, reply.elapsedTime / 1000);
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...notesOf(request),
    };
    if (isPlain(request) && reply.statusCode < 300) summary.add(line);
    else log.info({ stage, ...line });
    spans.get(request)?.end(status, reply.statusCode >= 500);
  });
}

function fail(
  error: FastifyError,
  reply: FastifyReply,
  { log, stage }: Pick<Telemetry, "log"> & Pick<Observer, "stage">,
): FastifyReply {
  const { request } = reply;
  const problem = problemOf(error);
  note(request, { cause: codeOf(error) });
  if (problem.code === "COMMS_INTERNAL")
    log.error({ stage, err: error, ...notesOf(request) }, "A request could not be answered");
  if (closing.has(codeOf(error))) void reply.header("connection", "close");
  return sendProblem(reply, problem);
}

const tooLarge: ReadonlySet<string> = new Set(["BODY_TOO_LARGE", "KAFKA_RECORD_TOO_LARGE"]);
/** After these the rest of the body may still come, and nobody waits for it. */
const closing: ReadonlySet<string> = new Set(["BODY_TOO_LARGE", "BODY_LATE"]);

function problemOf(error: FastifyError): Problem {
  if (isRetryable(error)) {
    return { code: "COMMS_UNAVAILABLE", detail: `${codeOf(error)}; try again`, retryAfterSeconds: 5 };
  }
  if (error.statusCode === 413 || tooLarge.has(codeOf(error))) {
    return { code: "COMMS_PAYLOAD_TOO_LARGE", detail: `A body may have ${bodyBytesMax / 1024} KiB` };
  }
  if (codeOf(error) === "BODY_LATE") {
    return {
      code: "COMMS_REQUEST_TIMEOUT",
      detail: `A request must arrive within ${requestTimeoutMs / 1_000} seconds`,
    };
  }
  if (codeOf(error) === "BODY_ABORTED" || (error.statusCode !== undefined && error.statusCode < 500)) {
    return { code: "COMMS_MALFORMED_REQUEST", detail: "The request is not well-formed HTTP" };
  }
  return { code: "COMMS_INTERNAL", detail: "This is a fault of ours, and logged" };
}

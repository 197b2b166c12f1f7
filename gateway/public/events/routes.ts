import type { FastifyInstance } from "fastify";
import type { EventCatalog } from "#shared/domain/event/event-entry.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { type ChargeCaller, callerOf } from "../../access/require-keys.ts";
import { type Problem, sendProblem } from "../../http/problem.ts";
import type { Publisher } from "../../publisher.ts";
import { answerBatch, batchBounds, readBatch } from "./batch.ts";
import { checkEvent } from "./check-event.ts";
import { dryRunAnswer, eventQuery, isDryRun, noteEvent, publishEvent, sendAnswer } from "./event-answer.ts";
import type { Idempotency } from "./idempotency.ts";
import { closedRetrySeconds, type IntakeWatch } from "./intake-watch.ts";
import { readJsonBody } from "./json-body.ts";
import { writeOnce } from "./write-once.ts";

export interface EventParts {
  readonly catalog: EventCatalog;
  readonly publisher: Publisher;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
  readonly watch: Pick<IntakeWatch, "closed">;
  readonly charge: ChargeCaller;
}

const bodyBounds = {
  /** Those of the payload, three a person, and the other fields. */
  valuesMax: intakeLimits.payloadValuesMax + 3 * intakeLimits.actorsMax + 100,
  depthMax: intakeLimits.payloadDepthMax + 1,
};

const config = { query: eventQuery, scope: "events:write" } as const;

/** Intake over HTTP: the same checks, and the same bytes on the same topic, as for a producer on Kafka. */
export function eventRoutes(app: FastifyInstance, parts: EventParts): void {
  app.post<{ Querystring: Record<string, unknown> }>("/v1/events", { config }, async (request, reply) => {
    const json = readJsonBody(request, bodyBounds);
    if ("problem" in json) return sendProblem(reply, json.problem);
    const now = parts.clock.now();
    const check = checkEvent(json.value, parts.catalog, { tenantId: callerOf(request).tenantId, now });
    if ("problem" in check) return sendProblem(reply, check.problem);
    if (isDryRun(request)) return sendAnswer(reply, dryRunAnswer(check));
    if (parts.watch.closed() !== undefined) return sendProblem(reply, closedDoor);
    noteEvent(request, check.event);
    return writeOnce({ request, reply, now }, parts.idempotency, () =>
      publishEvent(check.event, request.headers, parts.publisher),
    );
  });
  app.post<{ Querystring: Record<string, unknown> }>("/v1/events/batch", { config }, async (request, reply) => {
    const json = readJsonBody(request, batchBounds(bodyBounds));
    if ("problem" in json) return sendProblem(reply, json.problem);
    const batch = readBatch(json.value);
    if ("problem" in batch) return sendProblem(reply, batch.problem);
    parts.charge(request, batch.items.length - 1);
    const now = parts.clock.now();
    const answer = () => answerBatch(batch.items, { ...parts, request, tenantId: callerOf(request).tenantId, now });
    if (isDryRun(request)) return sendAnswer(reply, await answer());
    if (parts.watch.closed() !== undefined) return sendProblem(reply, closedDoor);
    return writeOnce({ request, reply, now }, parts.idempotency, answer);
  });
}

/** The log would take the event, and nobody would read it in time. */
const closedDoor: Problem = {
  code: "COMMS_UNAVAILABLE",
  detail: "Nobody reads events at the moment; send it again",
  retryAfterSeconds: closedRetrySeconds,
};

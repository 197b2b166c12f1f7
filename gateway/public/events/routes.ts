import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Accepted, Event } from "#shared/contracts/records.ts";
import type { EventCatalog } from "#shared/domain/event/event-entry.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { jsonExcess } from "#shared/domain/json/excess.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { type Problem, sendProblem } from "../../http/problem.ts";
import type { QueryParameters } from "../../http/query.ts";
import { bodyOf, mediaTypeOf, note } from "../../http/request.ts";
import type { Publisher } from "../../publisher.ts";
import { checkEvent, type EventCheck, invalidEvent } from "./check-event.ts";
import { eventKey, topicOf } from "./event.ts";
import type { Idempotency, StoredResponse } from "./idempotency.ts";
import { closedRetrySeconds, type IntakeWatch } from "./intake-watch.ts";
import { once } from "./once.ts";

export interface EventParts {
  readonly catalog: EventCatalog;
  readonly publisher: Publisher;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
  readonly watch: Pick<IntakeWatch, "closed">;
}

const bodyBounds = {
  /** Those of the payload, three a person, and the other fields. */
  valuesMax: intakeLimits.payloadValuesMax + 3 * intakeLimits.actorsMax + 100,
  depthMax: intakeLimits.payloadDepthMax + 1,
};

const dryRunValues: readonly string[] = ["true", "1", ""];
const query: QueryParameters = { dry_run: [...dryRunValues, "false", "0"] };

type EventRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

/** Intake over HTTP: the same checks, and the same bytes on the same topic, as for a producer on Kafka. */
export function eventRoutes(app: FastifyInstance, parts: EventParts): void {
  app.post<{ Querystring: Record<string, unknown> }>("/v1/events", { config: { query } }, async (request, reply) => {
    if (!/^application\/(json|[\w.-]+\+json)$/.test(mediaTypeOf(request))) {
      return sendProblem(reply, { code: "COMMS_UNSUPPORTED_MEDIA_TYPE", detail: "Send application/json" });
    }
    const json = parse(bodyOf(request));
    if ("problem" in json) return sendProblem(reply, json.problem);
    const now = parts.clock.now();
    const check = checkEvent(json.value, parts.catalog, now);
    if ("problem" in check) return sendProblem(reply, check.problem);
    if (isDryRun(request)) return send(reply, dryRun(check));
    return parts.watch.closed() === undefined
      ? publishOnce(check.event, { request, reply, now }, parts)
      : sendProblem(reply, closedDoor);
  });
}

/** The log would take the event, and nobody would read it in time. */
const closedDoor: Problem = {
  code: "COMMS_UNAVAILABLE",
  detail: "Nobody reads events at the moment; send it again",
  retryAfterSeconds: closedRetrySeconds,
};

type AcceptedCheck = Extract<EventCheck, { event: Event }>;

interface Call {
  readonly request: EventRequest;
  readonly reply: FastifyReply;
  readonly now: Instant;
}

async function publishOnce(event: Event, { request, reply, now }: Call, parts: EventParts): Promise<FastifyReply> {
  const key = request.headers["idempotency-key"];
  const { tenant_id } = event;
  const event_id = event.event_id ?? "";
  note(request, { event_id, tenant_id, name: event.name, correlation_id: event.correlation_id ?? event_id });
  if (key === undefined) return send(reply, await publish(event, request, parts));
  if (!isKey(key)) return malformed(reply, "Idempotency-Key is 1 to 255 visible characters");
  const keyed = { tenantId: tenant_id, key, body: bodyOf(request), now };
  const { replayed, ...answer } = await once(parts.idempotency, keyed, () => publish(event, request, parts));
  return send(replayed ? reply.header("idempotent-replayed", "true") : reply, answer);
}

async function publish(event: Event, request: EventRequest, { publisher }: EventParts): Promise<StoredResponse> {
  await publisher.publish({ topic: topicOf(event), key: eventKey(event), value: event }, request.headers);
  return { status: 202, body: { event_id: event.event_id } };
}

function dryRun({ event, intake }: AcceptedCheck): StoredResponse {
  return {
    status: 200,
    body: { event_id: event.event_id, dry_run: true, accepted: intake.records.map(acceptedEntry) },
  };
}

/** What intake would accept for one person. */
function acceptedEntry(record: Accepted): object {
  const { user_id, role, template_name, category, critical, lane, cadence, dedupe_key, channels } = record;
  const names = channels.map(channelName);
  return {
    user_id,
    role,
    template: template_name,
    category,
    critical,
    lane: lane.toLowerCase(),
    cadence,
    dedupe_key,
    channels: names,
  };
}

function send(reply: FastifyReply, { status, body }: StoredResponse): FastifyReply {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return reply.code(status).type(type).send(JSON.stringify(body));
}

function malformed(reply: FastifyReply, detail: string): FastifyReply {
  return sendProblem(reply, { code: "COMMS_MALFORMED_REQUEST", detail });
}

function isDryRun(request: EventRequest): boolean {
  return dryRunValues.includes(String(request.query["dry_run"]));
}

function isKey(key: string | readonly string[]): key is string {
  return typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key);
}

/** Well-formed UTF-8 only: a lenient decoder would put other characters on the topic than were sent. */
function parse(body: Buffer): { readonly value: unknown } | { readonly problem: Problem } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    const excess = jsonExcess(text, bodyBounds);
    if (excess === "depth") return { problem: invalidEvent(["payload is nested too deep"]) };
    if (excess === undefined) return { value: JSON.parse(text) };
    return { problem: { code: "COMMS_PAYLOAD_TOO_LARGE", detail: `A body may have ${bodyBounds.valuesMax} values` } };
  } catch {
    return { problem: { code: "COMMS_MALFORMED_REQUEST", detail: "The body is not JSON" } };
  }
}

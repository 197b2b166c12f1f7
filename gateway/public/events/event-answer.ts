import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Accepted, Event } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { QueryParameters } from "../../http/query.ts";
import { note } from "../../http/request.ts";
import type { Publisher } from "../../publisher.ts";
import type { EventCheck } from "./check-event.ts";
import { eventKey, topicOf } from "./event.ts";
import type { StoredResponse } from "./idempotency.ts";

const dryRunValues: readonly string[] = ["true", "1", ""];

/** The query of the routes that take events. */
export const eventQuery: QueryParameters = { dry_run: [...dryRunValues, "false", "0"] };

/** A request to a route that takes events. */
export type EventRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

/** Whether nothing should be written. */
export function isDryRun(request: EventRequest): boolean {
  return dryRunValues.includes(String(request.query["dry_run"]));
}

/** Writes an event, and answers once the log has it. Rejects as `Publisher.publish` does. */
export async function publishEvent(
  event: Event,
  headers: IncomingHttpHeaders,
  publisher: Publisher,
): Promise<StoredResponse> {
  await publisher.publish({ topic: topicOf(event), key: eventKey(event), value: event }, headers);
  return { status: 202, body: { event_id: event.event_id } };
}

/** What would be accepted of an event. */
export function dryRunAnswer({ event, intake }: Extract<EventCheck, { event: Event }>): StoredResponse {
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

/** Sends an answer as it is, or as it was stored. */
export function sendAnswer(reply: FastifyReply, { status, body }: StoredResponse): FastifyReply {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return reply.code(status).type(type).send(JSON.stringify(body));
}

/** Adds to the request's line in the log which event it was. */
export function noteEvent(request: FastifyRequest, event: Event): void {
  const event_id = event.event_id ?? "";
  note(request, { event_id, name: event.name, correlation_id: event.correlation_id ?? event_id });
}

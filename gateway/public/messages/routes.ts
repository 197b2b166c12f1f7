import type { FastifyInstance } from "fastify";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { isLonger } from "#shared/domain/event/size.ts";
import { callerOf } from "../../access/require-keys.ts";
import { sendProblem } from "../../http/problem.ts";
import type { EventMessagesQuery, ReadEventMessages } from "./event-messages.ts";

export interface MessageParts {
  readonly read: ReadEventMessages;
}

const config = { query: { cause_ref: "any", event_id: "any", after: "any" }, scope: "messages:read" } as const;

/** What became of a producer's own events: the messages of one cause or event, of the key's tenant and of no other. */
export function messageRoutes(app: FastifyInstance, { read }: MessageParts): void {
  app.get<{ Querystring: Record<string, string> }>("/v1/messages", { config }, async (request, reply) => {
    const query = queryOf(request.query, callerOf(request).tenantId);
    if ("issue" in query) return sendProblem(reply, { code: "COMMS_MALFORMED_REQUEST", detail: query.issue });
    return reply.header("cache-control", "no-store").send(await read(query));
  });
}

/** The query, with every value one that Postgres can be asked for. */
export function queryOf(
  { cause_ref: causeRef, event_id: eventId, after = "" }: Readonly<Record<string, string>>,
  tenantId: string,
): EventMessagesQuery | { readonly issue: string } {
  if ((causeRef === undefined) === (eventId === undefined)) return { issue: "Name one of cause_ref and event_id" };
  const texts = [causeRef, eventId, after].filter((text) => text !== undefined);
  if (!texts.every(isAskable))
    return { issue: `A value has up to ${intakeLimits.idBytesMax} bytes and no control character` };
  if ((causeRef ?? eventId) === "") return { issue: "cause_ref and event_id are not empty" };
  return { tenantId, causeRef: causeRef ?? null, eventId: eventId ?? null, after };
}

function isAskable(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text) && !isLonger(text, intakeLimits.idBytesMax);
}

import type { Pool } from "pg";
import { z } from "zod";
import { sendChannels } from "#shared/contracts/topics.ts";
import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import { gateLines, referenceLines, sentence } from "#shared/domain/explanation/explain.ts";
import type { ExplainedMessage } from "#shared/domain/explanation/explained-message.ts";
import { timeLines, waitsOf } from "#shared/domain/explanation/timeline.ts";
import { readMessage } from "#shared/state/messages/read-messages.ts";
import { type AdminRoute, absent, adminRoute, brokenCursor } from "../http/admin-route.ts";
import { readCursor, writeCursor } from "../http/cursor.ts";
import { cursor, pageSize, since, text, time, timeText } from "../http/fields.ts";
import { adminMessage, findMessages } from "./find-messages.ts";

/** By these alone a table is asked that has no index of them: no further back than this, hours. */
const unindexedHoursMax = 7 * 24;
const hoursMax = 400 * 24;

/** The providers whose webhooks say what becomes of a message. */
const reportingProviders: ReadonlySet<string> = new Set(webhookNormalisers.keys());

const gate = z.object({
  gate: z.string(),
  verdict: z.string(),
  reason: z.string().nullable(),
  detail: z.string().describe("The rule and the value that it saw"),
});
const decision = z.object({
  stage: z.string(),
  recorded_at: time,
  gate: z.string(),
  verdict: z.string(),
  reason: z.string().nullable(),
  due_at: time.nullable(),
  trace: z.array(gate).describe("Every gate, in the order in which it was asked"),
});
const wait = z.object({ stage: z.string(), gate: z.string(), reason: z.string().nullable(), from: time, until: time });
const explanation = z.object({
  sentence: z.string().describe("How it ended, or how far it is"),
  timeline: z.array(z.string()),
  gates: z.array(z.string()).describe("A line for every gate, with the value that it saw"),
  references: z.array(z.string()),
  waits: z.array(wait),
});

const oneMessage = z.object({ msg_id: text(64) });

/** What became of messages, and why. */
export function adminMessageRoutes({ pool }: { readonly pool: Pool }): readonly AdminRoute[] {
  return [listMessages(pool), getMessage(pool), getDecisions(pool), explainMessage(pool)];
}

function listMessages(pool: Pool): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/messages",
    operationId: "listMessages",
    summary: "Messages of a person, an event, a cause, a correlation or a template, the latest first",
    tenants: "one",
    query: z.object({
      user_id: text().optional(),
      event_id: text().optional(),
      cause_ref: text().optional(),
      correlation_id: text().optional(),
      template: text().optional(),
      channel: z.enum(sendChannels).optional(),
      status: text(32).optional(),
      since: since("24h", hoursMax),
      limit: pageSize(),
      cursor: cursor(),
    }),
    answers: ["AdminMessages", z.object({ messages: z.array(adminMessage), next: z.string().nullable() })],
    handle: async ({ query, caller, now }) => {
      const { user_id, event_id, cause_ref, correlation_id, template, channel, status, limit } = query;
      const issue = selectionIssue(query);
      if (issue !== undefined) return { problem: { code: "COMMS_MALFORMED_REQUEST", detail: issue } };
      const place = query.cursor === undefined ? [] : readCursor(query.cursor, ["number", "string"]);
      if (place === undefined) return brokenCursor;
      const [createdAt, msgId] = place;
      const { messages, end } = await findMessages(pool, {
        tenantId: caller.tenantId,
        since: now - query.since,
        userId: user_id,
        eventId: event_id,
        causeRef: cause_ref,
        correlationId: correlation_id,
        template,
        channel,
        status,
        after: createdAt === undefined ? undefined : { createdAt: Number(createdAt), msgId: String(msgId) },
        limit,
      });
      return { body: { messages, next: end === undefined ? null : writeCursor([end.createdAt, end.msgId]) } };
    },
  });
}

interface Selection {
  readonly user_id?: string | undefined;
  readonly event_id?: string | undefined;
  readonly cause_ref?: string | undefined;
  readonly correlation_id?: string | undefined;
  readonly template?: string | undefined;
  readonly since: number;
}

function selectionIssue({ user_id, event_id, cause_ref, since: spanMs, ...rest }: Selection): string | undefined {
  const isIndexed = [user_id, event_id, cause_ref].some((value) => value !== undefined);
  if (isIndexed || spanMs <= unindexedHoursMax * 3_600_000) {
    const isNamed = isIndexed || rest.correlation_id !== undefined || rest.template !== undefined;
    return isNamed ? undefined : "Name one of user_id, event_id, cause_ref, correlation_id and template";
  }
  return `Without user_id, event_id or cause_ref, since is ${unindexedHoursMax}h at most`;
}

function getMessage(pool: Pool): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/messages/{msg_id}",
    operationId: "getMessage",
    summary: "One message, with what its provider said last",
    tenants: "one",
    params: oneMessage,
    answers: ["AdminMessage", adminMessage],
    handle: async ({ params, caller }) => {
      const query = { tenantId: caller.tenantId, since: 0, msgId: params.msg_id, limit: 1 };
      const [body] = (await findMessages(pool, query)).messages;
      return body === undefined ? absent : { body };
    },
  });
}

function getDecisions(pool: Pool): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/messages/{msg_id}/decisions",
    operationId: "getDecisions",
    summary: "Every decision on a message, the oldest first, with each gate and what it saw",
    tenants: "one",
    params: oneMessage,
    answers: ["Decisions", z.object({ decisions: z.array(decision) })],
    handle: async ({ params, caller }) => {
      const message = await readMessage(pool, { tenantId: caller.tenantId, msgId: params.msg_id });
      return message === undefined ? absent : { body: { decisions: message.decisions.map(shownDecision) } };
    },
  });
}

function explainMessage(pool: Pool): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/messages/{msg_id}/explain",
    operationId: "explainMessage",
    summary: "Why a message was sent, waits, or was not sent, as `comms why` says it",
    tenants: "one",
    params: oneMessage,
    answers: ["Explanation", explanation],
    handle: async ({ params, caller, now }) => {
      const message = await readMessage(pool, { tenantId: caller.tenantId, msgId: params.msg_id });
      if (message === undefined) return absent;
      return {
        body: {
          sentence: sentence(message, reportingProviders),
          timeline: timeLines(message, now),
          gates: gateLines(message),
          references: referenceLines(message),
          waits: waitsOf(message).map(({ from, until, ...rest }) => ({
            ...rest,
            from: timeText(from),
            until: timeText(until),
          })),
        },
      };
    },
  });
}

function shownDecision({
  stage,
  recordedAt,
  gate: last,
  verdict,
  reason,
  dueAt,
  trace,
}: ExplainedMessage["decisions"][number]) {
  return { stage, recorded_at: timeText(recordedAt), gate: last, verdict, reason, due_at: timeText(dueAt), trace };
}

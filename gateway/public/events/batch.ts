import { setImmediate as nextTurn } from "node:timers/promises";
import type { EventCatalog } from "#shared/domain/event/event-entry.ts";
import type { JsonBounds } from "#shared/domain/json/excess.ts";
import { fieldsOf } from "#shared/domain/json/readers.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import { type Problem, problemBody, problems } from "../../http/problem.ts";
import type { Publisher } from "../../publisher.ts";
import { checkEvent, invalidEvent } from "./check-event.ts";
import { dryRunAnswer, type EventRequest, isDryRun, publishEvent } from "./event-answer.ts";
import type { StoredResponse } from "./idempotency.ts";

/** Events in one request. */
export const batchEventsMax = 500;
/** Events that are checked before others get a turn: a check takes some tenths of a millisecond. */
const checkedAtOnce = 20;

/** The bounds of a batch's body from those of one event's: some events may be large, and not all of them. */
export function batchBounds({ valuesMax, depthMax }: JsonBounds): JsonBounds {
  return { valuesMax: 4 * valuesMax, depthMax: depthMax + 2 };
}

/** The events in a batch's body, not looked at yet. */
export function readBatch(body: unknown): { readonly items: readonly unknown[] } | { readonly problem: Problem } {
  const { events: items, ...others } = fieldsOf(body);
  if (!Array.isArray(items) || Object.keys(others).length > 0) {
    return { problem: invalidEvent(["a batch is an object with events, a list, and nothing else"]) };
  }
  if (items.length >= 1 && items.length <= batchEventsMax) return { items };
  return { problem: invalidEvent([`events has 1 to ${batchEventsMax} events`]) };
}

export interface BatchParts {
  readonly catalog: EventCatalog;
  readonly publisher: Publisher;
  readonly request: EventRequest;
  readonly tenantId: string;
  readonly now: Instant;
}

/**
 * An answer an item, in their order, each as the route of one event gives it. What is wrong with one item holds no other back.
 * It is no final answer while the log has not acknowledged an item that it may take, nor where nothing was taken.
 */
export async function answerBatch(
  items: readonly unknown[],
  parts: BatchParts,
): Promise<StoredResponse & { readonly isFinal: boolean }> {
  const pending: Promise<StoredResponse>[] = [];
  for (const [index, item] of items.entries()) {
    if (index % checkedAtOnce === checkedAtOnce - 1) await nextTurn();
    const answer = answerItem(item, parts);
    // It is waited for below; one that fails before must not end the process.
    answer.catch(() => {});
    pending.push(answer);
  }
  const answers = await Promise.all(pending);
  const accepted = answers.filter(({ status }) => status < 300).length;
  return {
    status: 200,
    body: {
      accepted,
      refused: answers.length - accepted,
      answers: answers.map(({ status, body }) => ({ status, ...body })),
    },
    isFinal: accepted > 0 && answers.every(({ status }) => status < 500),
  };
}

async function answerItem(item: unknown, parts: BatchParts): Promise<StoredResponse> {
  const { catalog, publisher, request } = parts;
  const check = checkEvent(item, catalog, parts);
  if ("problem" in check) return problemAnswer(check.problem);
  if (isDryRun(request)) return dryRunAnswer(check);
  try {
    return await publishEvent(check.event, request.headers, publisher);
  } catch (error) {
    if (codeOf(error) === "KAFKA_RECORD_TOO_LARGE") {
      return problemAnswer({ code: "COMMS_PAYLOAD_TOO_LARGE", detail: "The event is larger than its topic takes" });
    }
    if (!isRetryable(error)) throw error;
    return problemAnswer({ code: "COMMS_UNAVAILABLE", detail: `${codeOf(error)}; send it again` });
  }
}

function problemAnswer(problem: Problem): StoredResponse {
  return { status: problems[problem.code].status, body: problemBody(problem) };
}

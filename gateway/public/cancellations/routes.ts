import type { FastifyInstance } from "fastify";
import type { Cancellation } from "#shared/contracts/records.ts";
import { answerAfterMs } from "#shared/domain/cancellation/cancellation.ts";
import { cancellationKey } from "#shared/domain/message/record-keys.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { callerOf } from "../../access/require-keys.ts";
import { sendProblem } from "../../http/problem.ts";
import { note } from "../../http/request.ts";
import type { Publisher } from "../../publisher.ts";
import type { Idempotency, StoredResponse } from "../events/idempotency.ts";
import { readJsonBody } from "../events/json-body.ts";
import { writeOnce } from "../events/write-once.ts";
import { checkCancellation } from "./check-cancellation.ts";
import type { CancellationPlaces } from "./places.ts";

export interface CancellationParts {
  readonly publisher: Publisher;
  readonly idempotency: Idempotency;
  readonly places: CancellationPlaces;
  readonly clock: Pick<Clock, "now">;
  /** Resolves after so many ms. */
  readonly wait: (ms: number) => Promise<void>;
}

/** More than the body can have. */
const bodyBounds = { valuesMax: 16, depthMax: 4 };

const config = { scope: "events:write" } as const;

/** Cancels what a producer caused: the same key, the same tenant, and the same checks of a reference as for its events. */
export function cancellationRoutes(app: FastifyInstance, parts: CancellationParts): void {
  app.post("/v1/cancellations", { config }, async (request, reply) => {
    const json = readJsonBody(request, bodyBounds);
    if ("problem" in json) return sendProblem(reply, json.problem);
    const now = parts.clock.now();
    const check = checkCancellation(json.value, { caller: callerOf(request), now });
    if ("problem" in check) return sendProblem(reply, check.problem);
    const { cancellation } = check;
    note(request, { name: "cancellation" });
    const work = async (): Promise<StoredResponse> => {
      const key = cancellationKey(cancellation);
      await parts.publisher.publish({ topic: "comms.cancellations", key, value: cancellation }, request.headers);
      // Who sends an event after the answer must not have it cancelled, whichever gateway takes it.
      await parts.wait(Math.max(0, now + answerAfterMs - parts.clock.now()));
      return answerOf(cancellation);
    };
    return parts.places.hold(cancellation.tenant_id, () => writeOnce({ request, reply, now }, parts.idempotency, work));
  });
}

function answerOf({ cause_ref, cancelled_at }: Cancellation): StoredResponse {
  return {
    status: 202,
    body: {
      cause_ref,
      cancelled_at: new Date(cancelled_at).toISOString(),
      messages: `/v1/messages?cause_ref=${encodeURIComponent(cause_ref)}`,
      note: "What a provider has taken cannot be taken back; messages tells how each one ended",
    },
  };
}

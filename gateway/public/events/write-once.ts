import type { FastifyReply, FastifyRequest } from "fastify";
import type { Instant } from "#shared/domain/time/instant.ts";
import { callerOf } from "../../access/require-keys.ts";
import { type Problem, sendProblem } from "../../http/problem.ts";
import { bodyOf } from "../../http/request.ts";
import { sendAnswer } from "./event-answer.ts";
import type { Idempotency } from "./idempotency.ts";
import { type OnceWork, once } from "./once.ts";

/** A request to a route that writes, and when it came. */
interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly now: Instant;
}

/** Does the work and sends its answer, or gives the answer of the first request under the same `Idempotency-Key` of the tenant. */
export async function writeOnce(
  { request, reply, now }: Call,
  idempotency: Idempotency,
  work: OnceWork,
): Promise<FastifyReply> {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return sendAnswer(reply, await work());
  if (typeof key !== "string") return sendProblem(reply, key);
  const keyed = { tenantId: callerOf(request).tenantId, key, body: bodyOf(request), now };
  const { replayed, ...answer } = await once(idempotency, keyed, work);
  return sendAnswer(replayed ? reply.header("idempotent-replayed", "true") : reply, answer);
}

/** The `Idempotency-Key` of a request if it has one, or what is wrong with it. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | Problem | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined || isKey(key)) return key;
  return { code: "COMMS_MALFORMED_REQUEST", detail: "Idempotency-Key is 1 to 255 visible characters" };
}

function isKey(key: string | readonly string[]): key is string {
  return typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key);
}

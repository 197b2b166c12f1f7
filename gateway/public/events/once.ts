import { createHash } from "node:crypto";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type Problem, problemBody, problems } from "../../http/problem.ts";
import type { Idempotency, KeyedRequest, StoredResponse } from "./idempotency.ts";

/** A request that came with an `Idempotency-Key`. */
export interface OnceRequest {
  readonly tenantId: string;
  readonly key: string;
  readonly body: Buffer;
  readonly now: Instant;
}

/** What a request does. An answer that is not final is given, and not kept: the same request may then do more. */
export type OnceWork = () => Promise<StoredResponse & { readonly isFinal?: boolean }>;

export type OnceAnswer = StoredResponse & { readonly replayed: boolean };

/**
 * Does the work for the first request under a key, and gives every later one the same answer. When the work throws,
 * or its answer is not final, nothing is stored: the key is released, and the next request does the work.
 */
export async function once(store: Idempotency, request: OnceRequest, work: OnceWork): Promise<OnceAnswer> {
  const keyed: KeyedRequest = { tenantId: request.tenantId, key: request.key, requestHash: hashOf(request.body) };
  const begun = await store.begin(keyed, request.now);
  if (begun.kind === "answered") return { ...begun.answer, replayed: true };
  if (begun.kind === "mismatch") return refusal("COMMS_IDEMPOTENCY_MISMATCH", "This key came with another request");
  if (begun.kind === "in flight") return refusal("COMMS_REQUEST_IN_FLIGHT", "Ask again in a moment");
  const release = () => store.release(keyed, begun.at);
  const { isFinal = true, ...answer } = await workOrRelease(work, release);
  // The work is acknowledged. An answer that cannot be stored is still given: the event's id is derived.
  await (isFinal ? store.finish(keyed, begun.at, answer) : release()).catch(() => {});
  return { ...answer, replayed: false };
}

async function workOrRelease(work: OnceWork, release: () => Promise<void>): ReturnType<OnceWork> {
  try {
    return await work();
  } catch (error) {
    await release().catch(() => {});
    throw error;
  }
}

function refusal(code: Problem["code"], detail: string): OnceAnswer {
  return { status: problems[code].status, body: problemBody({ code, detail }), replayed: false };
}

function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

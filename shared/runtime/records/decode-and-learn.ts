import type { Codec } from "#shared/platform/avro/codec.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import {
  type DeadLetterOutcome,
  type DecodeRequest,
  type DecodeSuccess,
  decodeRecord,
  type ForeignRecord,
  poison,
} from "./decode.ts";

/** Waits an outage out: calls until it succeeds. Rejects with `abandoned` when the records are no longer ours. */
export type CallOutside = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Decodes one record, and asks the registry for a schema that the codec does not know yet. A schema that the registry
 * does not know either makes the record poison. Rejects with what `call` rejects with.
 */
export async function decodeAndLearn(
  request: DecodeRequest,
  call: CallOutside,
): Promise<DecodeSuccess | DeadLetterOutcome | ForeignRecord> {
  for (;;) {
    const result = decodeRecord(request);
    if (result.kind !== "learn") return result;
    const unlearnable = await call(() => learn(request.codec, result.schemaId));
    if (unlearnable) return unlearnable;
  }
}

async function learn(codec: Codec, schemaId: number): Promise<DeadLetterOutcome | undefined> {
  try {
    await codec.learn(schemaId);
    return undefined;
  } catch (error) {
    if (isRetryable(error) || codeOf(error) !== "COMMS_POISON") throw error;
    return poison((error as Error).message);
  }
}

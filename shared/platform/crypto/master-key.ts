import { AppError } from "../errors/app-error.ts";
import { contextOf, open, seal, sealingKey } from "./envelope.ts";

/** Master keys by id, and the id that new data keys are wrapped under. */
export interface MasterKeys {
  readonly current: string;
  /** 32 bytes each. A retired key stays as long as data keys are wrapped under it. */
  readonly keys: Readonly<Record<string, Buffer>>;
}

/** Wraps data keys, so that reading the table is not enough to read the mail. */
export interface KeyWrapper {
  wrap(dataKey: Buffer, context: Buffer): Buffer;
  /** Throws `USER_KEY_UNREADABLE` (not retryable) if the master key is not configured or the bytes were changed. */
  unwrap(wrapped: Buffer, context: Buffer): Buffer;
}

/** A wrapped key is the length of the master key's id, the id, and the sealed key. Throws `RangeError` for bad keys. */
export function createKeyWrapper(masters: MasterKeys): KeyWrapper {
  for (const [id, key] of Object.entries(masters.keys)) {
    if (!/^[\w-]{1,64}$/.test(id)) throw new RangeError(`Master key id '${id}' may hold letters, digits, - and _ only`);
    if (key.length !== 32) throw new RangeError(`Master key '${id}' is ${key.length} bytes and must be 32`);
  }
  const keys = new Map(Object.entries(masters.keys).map(([id, key]) => [id, sealingKey(key)]));
  const current = keys.get(masters.current);
  if (!current) throw new RangeError(`Master key '${masters.current}' is not configured`);
  const head = Buffer.concat([Buffer.of(masters.current.length), Buffer.from(masters.current)]);
  return {
    wrap: (dataKey, context) => Buffer.concat([head, seal(current, dataKey, context)]),
    unwrap: (wrapped, context) => {
      const idEnd = 1 + (wrapped[0] ?? 0);
      const id = wrapped.subarray(1, idEnd).toString();
      const master = keys.get(id);
      if (!master) throw unreadable(`Master key '${id}' is not configured`);
      try {
        return open(master, wrapped.subarray(idEnd), context);
      } catch (error) {
        throw unreadable(`A data key does not open under master key '${id}'`, error);
      }
    },
  };
}

/** The context that binds a wrapped key to a person: it opens for no other. */
export function keyContext(tenantId: string, userId: string): Buffer {
  return contextOf("user-key", tenantId, userId);
}

function unreadable(message: string, cause?: unknown): AppError {
  return new AppError("USER_KEY_UNREADABLE", message, { retryable: false, cause });
}

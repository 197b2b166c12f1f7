/** The step at which decoding a value failed: the label of the dead letter's metric. The list is closed. */
export type UndecodableStage =
  | "empty"
  | "magic"
  | "unknown-schema"
  | "wrong-schema"
  | "foreign-schema"
  | "truncated"
  | "length"
  | "utf8"
  | "long-range"
  | "branch"
  | "symbol"
  | "boolean"
  | "trailing"
  | "malformed";

/**
 * A value that no later attempt can read; it goes to the dead-letter topic. The message names the stage, the field and
 * the schema id, and never a byte of the value.
 */
export class UndecodableError extends Error {
  readonly code = "COMMS_POISON";
  readonly retryable = false;
  readonly isLoggable = true;
  readonly stage: UndecodableStage;

  constructor(stage: UndecodableStage, message: string) {
    super(message);
    this.name = "UndecodableError";
    this.stage = stage;
  }
}

/** A value framed with an id that the codec does not know yet. Await `learn(schemaId)`, then decode again. */
export class UnknownSchemaId extends Error {
  readonly code = "UNKNOWN_SCHEMA_ID";
  readonly isLoggable = true;
  readonly schemaId: number;

  constructor(schemaId: number) {
    super(`Schema id ${schemaId} is not in the cache; learn it and decode again`);
    this.name = "UnknownSchemaId";
    this.schemaId = schemaId;
  }
}

/** A value of ours that does not fit its own schema: a programming error, so nothing may retry it. Names fields, not values. */
export class UnencodableError extends Error {
  readonly code = "COMMS_UNENCODABLE";
  readonly retryable = false;
  readonly isLoggable = true;
  readonly paths: readonly string[];

  constructor(record: string, paths: readonly string[]) {
    super(`A ${record} does not fit its schema at ${paths.join(", ") || "its root"}`);
    this.name = "UnencodableError";
    this.paths = paths;
  }
}

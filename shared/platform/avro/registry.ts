/** The rule that a subject's later schemas must keep. */
export type Compatibility = "NONE" | "BACKWARD" | "FULL" | "FULL_TRANSITIVE";

/**
 * The schema registry as Carillon uses it. Two implement it, one over the Confluent-compatible API and one in memory;
 * both pass `tests/contract/registry-conformance.ts`. Every call rejects with `REGISTRY_UNAVAILABLE` (retryable) if
 * the registry does not answer.
 */
export interface Registry {
  /** The id of exactly this schema (Avro JSON) under the subject; undefined if it was never registered there. */
  lookup(subject: string, schema: string): Promise<number | undefined>;
  /** The schema of an id as Avro JSON, good enough to decode with; documentation may be missing. Undefined if the id is unknown. */
  schemaById(id: number): Promise<string | undefined>;
  /** Every version under the subject in order, each with its schema as `schemaById` gives it; none if there is no such subject. */
  versions(subject: string): Promise<readonly SubjectVersion[]>;
  /** Sets the level that later registrations must keep. The subject need not exist. */
  setCompatibility(subject: string, level: Compatibility): Promise<void>;
  /** The subject's own level; undefined if none binds it: it is unset or `NONE`. */
  compatibility(subject: string): Promise<Compatibility | undefined>;
  /**
   * Registers a schema and gives its id; the same schema again gives the same id. Set the compatibility first: without
   * it a registry accepts anything. Rejects with `REGISTRY_INCOMPATIBLE` (not retryable) if the level forbids it.
   */
  register(subject: string, schema: string): Promise<number>;
}

/** One version of a subject. Its number is the registry's own. */
export interface SubjectVersion {
  readonly version: number;
  readonly schema: string;
}

/** The subject of a topic's values: topic name strategy. `prefix` is the topics' prefix, with its dot (`t1.`). */
export function subjectOf(prefix: string, topic: string): string {
  return `${prefix}${topic}-value`;
}

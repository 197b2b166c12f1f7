/** What a registry holds a subject's later schemas to. */
export type Compatibility = "NONE" | "BACKWARD" | "FULL" | "FULL_TRANSITIVE";

/**
 * The schema registry as Carillon uses it. Two implement it, one over the Confluent-compatible API and one in memory;
 * both pass `tests/contract/registry-conformance.ts`. Every call rejects with `REGISTRY_UNAVAILABLE` (retryable) when
 * the registry does not answer.
 */
export interface Registry {
  /** The id of exactly this schema (Avro JSON) under the subject; undefined where it was never registered there. */
  lookup(subject: string, schema: string): Promise<number | undefined>;
  /** The schema of an id as Avro JSON, fit to read by; documentation may be missing. Undefined where the id is unknown. */
  schemaById(id: number): Promise<string | undefined>;
  /** Sets the level that later registrations are held to. The subject need not exist. */
  setCompatibility(subject: string, level: Compatibility): Promise<void>;
  /** The subject's own level; undefined where none binds it, be it unset or `NONE`. */
  compatibility(subject: string): Promise<Compatibility | undefined>;
  /**
   * Registers a schema and gives its id; the same schema again gives the same id. Set the compatibility first: without
   * it a registry takes anything. Rejects with `REGISTRY_INCOMPATIBLE` (not retryable) where the level forbids it.
   */
  register(subject: string, schema: string): Promise<number>;
}

/** The subject of a topic's values: topic name strategy. `prefix` is the topics' own, as it stands (`t1.` for example). */
export function subjectOf(prefix: string, topic: string): string {
  return `${prefix}${topic}-value`;
}

import avsc from "avsc";
import type { Clock } from "../clock/clock.ts";
import { isRetryable } from "../errors/app-error.ts";
import { type AvroSchema, compileBodyCheck } from "./body-check.ts";
import { canonicalSchema, recordNameOf, schemaFingerprint } from "./canonical-schema.ts";
import type { Registry } from "./registry.ts";
import { isGuardedRecord, type ReleasedSchemas } from "./released-schemas.ts";
import { UndecodableError } from "./undecodable.ts";

/** How long a no of the registry is believed, ms: `comms prepare` of a later release may have marked the schema since. */
export const refusalMs = 30_000;
/** The same for an id that the registry does not have. Garbage names ids at random, and must not cost a request a record. */
export const unknownIdMs = 10_000;
/** Unknown ids that are remembered; a stranger chooses them. */
const unknownIdsMax = 1_000;

/** How to read the values of one schema id. */
interface Writer {
  /**
   * Whether the schema is a released version of a record that clients of others write, or there is no such record. `stale`:
   * it was not, and the registry must be asked again by `learn`.
   */
  released(): boolean | "stale";
  /** Names the schema for people. */
  readonly fingerprint: string;
  /** Throws `UndecodableError` if the body is not one of this schema. */
  readonly check: (bytes: Buffer, from: number) => void;
  /**
   * Resolves this writer's shape to a reader's; undefined if they are the same. Built once per record.
   * Throws `UndecodableError` if it cannot be resolved: the value is another topic's.
   */
  resolverFor(record: string, reader: avsc.Type): avsc.Resolver | undefined;
}

/** The schemas that values were written with, by id. An id always means the same schema, so nothing is evicted. */
export interface SchemaCache {
  get(schemaId: number): Writer | undefined;
  /** Adds a schema of this build, which is released by that. */
  add(schemaId: number, schema: string): void;
  /** Fetches and adds; see `Codec.learn`. */
  learn(schemaId: number): Promise<void>;
}

/** What a cache asks, and by which clock its refusals age. */
export interface SchemaCacheParts {
  readonly registry: Pick<Registry, "schemaById">;
  readonly released: ReleasedSchemas;
  readonly clock: Pick<Clock, "now">;
}

/** A schema as the registry gave it, and what is known of its release. */
interface Entry extends Writer {
  readonly record: string | undefined;
  readonly canonical: string;
  isReleased: boolean;
  checkedAt: number;
}

/** An empty cache over a registry. Concurrent calls for one id share one request; a failed request is made again. */
export function createSchemaCache(parts: SchemaCacheParts): SchemaCache {
  const { registry, clock } = parts;
  const writers = new Map<number, Entry>();
  const underWay = new Map<number, Promise<void>>();
  const unknown = new Map<number, number>();

  const fetch = async (schemaId: number): Promise<void> => {
    const schema = await registry.schemaById(schemaId);
    if (schema === undefined) {
      remember(unknown, schemaId, clock.now());
      throw unknownId(schemaId);
    }
    const entry = createEntry(schemaId, schema, clock);
    await checkRelease(entry, parts);
    writers.set(schemaId, entry);
  };

  /** A no stays where the registry does not answer: the writer is known, and the others must not wait for it. */
  const checkAgain = async (entry: Entry): Promise<void> => {
    try {
      await checkRelease(entry, parts);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      entry.checkedAt = clock.now();
    }
  };

  const learnNow = async (schemaId: number): Promise<void> => {
    const known = writers.get(schemaId);
    if (known === undefined) return fetch(schemaId);
    if (known.released() === "stale") await checkAgain(known);
  };

  return {
    get: (schemaId) => writers.get(schemaId),
    add: (schemaId, schema) => {
      if (!writers.has(schemaId))
        writers.set(schemaId, Object.assign(createEntry(schemaId, schema, clock), { isReleased: true }));
    },
    learn: async (schemaId) => {
      if (clock.now() - (unknown.get(schemaId) ?? Number.NEGATIVE_INFINITY) < unknownIdMs) throw unknownId(schemaId);
      const request = underWay.get(schemaId) ?? learnNow(schemaId).finally(() => underWay.delete(schemaId));
      underWay.set(schemaId, request);
      await request;
    },
  };
}

function unknownId(schemaId: number): UndecodableError {
  return new UndecodableError("unknown-schema", `The registry has no schema with the id ${schemaId}`);
}

/** Forgets the oldest where there are too many. */
function remember(unknown: Map<number, number>, schemaId: number, now: number): void {
  unknown.delete(schemaId);
  unknown.set(schemaId, now);
  const [oldest] = unknown.keys();
  if (unknown.size > unknownIdsMax && oldest !== undefined) unknown.delete(oldest);
}

async function checkRelease(entry: Entry, { released, clock }: SchemaCacheParts): Promise<void> {
  entry.isReleased = entry.record !== undefined && (await released.has(entry.record, entry.canonical));
  entry.checkedAt = clock.now();
}

function createEntry(schemaId: number, schema: string, clock: Pick<Clock, "now">): Entry {
  const parsed = parse(schemaId, schema);
  const canonical = canonicalSchema(schema);
  const resolvers = new Map<string, avsc.Resolver | undefined>();
  const entry: Entry = {
    record: recordNameOf(schema),
    canonical,
    fingerprint: schemaFingerprint(canonical),
    isReleased: false,
    checkedAt: Number.NEGATIVE_INFINITY,
    released: () => {
      if (entry.isReleased || !isGuardedRecord(entry.record)) return entry.isReleased;
      return clock.now() - entry.checkedAt >= refusalMs ? "stale" : false;
    },
    check: parsed.check,
    resolverFor: (record, reader) => {
      if (!resolvers.has(record)) resolvers.set(record, resolve(schemaId, reader, parsed.type));
      return resolvers.get(record);
    },
  };
  return entry;
}

function parse(schemaId: number, schema: string): { check: Writer["check"]; type: avsc.Type } {
  try {
    const json = JSON.parse(schema) as AvroSchema;
    return { check: compileBodyCheck(json), type: avsc.Type.forSchema(json as avsc.Schema) };
  } catch {
    throw new UndecodableError("wrong-schema", `The schema with the id ${schemaId} is not Avro that we read`);
  }
}

function resolve(schemaId: number, reader: avsc.Type, writer: avsc.Type): avsc.Resolver | undefined {
  if (reader.equals(writer)) return undefined;
  try {
    return reader.createResolver(writer);
  } catch {
    throw new UndecodableError("wrong-schema", `What the schema id ${schemaId} wrote cannot be read as ${reader.name}`);
  }
}

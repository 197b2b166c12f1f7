import avsc from "avsc";
import { type AvroSchema, compileBodyCheck } from "./body-check.ts";
import type { Registry } from "./registry.ts";
import { UndecodableError } from "./undecodable.ts";

/** How to read the values of one schema id. */
interface Writer {
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
  add(schemaId: number, schema: string): void;
  /** Fetches and adds; see `Codec.learn`. */
  learn(schemaId: number): Promise<void>;
}

/** An empty cache over a registry. Concurrent calls for one id share one request; a failed request is made again. */
export function createSchemaCache(registry: Registry): SchemaCache {
  const writers = new Map<number, Writer>();
  const underWay = new Map<number, Promise<void>>();

  const add = (schemaId: number, schema: string): void => {
    if (!writers.has(schemaId)) writers.set(schemaId, createWriter(schemaId, schema));
  };

  const fetch = async (schemaId: number): Promise<void> => {
    const schema = await registry.schemaById(schemaId);
    if (schema === undefined) {
      throw new UndecodableError("unknown-schema", `The registry has no schema with the id ${schemaId}`);
    }
    add(schemaId, schema);
  };

  return {
    get: (schemaId) => writers.get(schemaId),
    add,
    learn: async (schemaId) => {
      if (writers.has(schemaId)) return;
      const request = underWay.get(schemaId) ?? fetch(schemaId).finally(() => underWay.delete(schemaId));
      underWay.set(schemaId, request);
      await request;
    },
  };
}

function createWriter(schemaId: number, schema: string): Writer {
  const parsed = parse(schemaId, schema);
  const resolvers = new Map<string, avsc.Resolver | undefined>();
  return {
    check: parsed.check,
    resolverFor: (record, reader) => {
      if (!resolvers.has(record)) resolvers.set(record, resolve(schemaId, reader, parsed.type));
      return resolvers.get(record);
    },
  };
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

import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import avsc from "avsc";
import type { Registry } from "./registry.ts";
import { isAbsent, refusedSchema, registryError } from "./registry-failure.ts";
import { createRegistryHttp } from "./registry-http.ts";

/** Where the registry is, and how long to wait for it. */
export interface ConfluentRegistryOptions {
  /** Base of the Confluent-compatible API, `/apis/ccompat/v7` included where the registry is Apicurio. */
  readonly url: string;
  /** How long one request may take, ms. Default 5000. */
  readonly timeoutMs?: number;
}

/** The registry over HTTP. Nothing is retried here: the caller knows how long it may wait. */
export function createConfluentRegistry({ url, timeoutMs = 5_000 }: ConfluentRegistryOptions): Registry {
  const library = createLibrary(url, timeoutMs);
  const http = createRegistryHttp(url, timeoutMs);
  return {
    lookup: async (subject, schema) => {
      const text = avro(schema);
      return present(url, () => library.getRegistryIdBySchema(subject, text));
    },
    schemaById: (id) => http.schema(id),
    setCompatibility: (subject, level) => http.setLevel(subject, level),
    compatibility: async (subject) => {
      const level = await http.level(subject);
      return level === "NONE" ? undefined : level;
    },
    register: async (subject, schema) => {
      const text = avro(schema);
      // The library refuses where it is not told the level that is set, and sets one where none is, unless told none.
      const level = await http.level(subject);
      // An absent option would be the library's default; its types do not know of an undefined one.
      const compatibility = (level && COMPATIBILITY[level]) as COMPATIBILITY;
      const registered = await answered(url, () => library.register(text, { subject, compatibility }));
      return registered.id;
    },
  };
}

function createLibrary(url: string, timeoutMs: number): SchemaRegistry {
  return new SchemaRegistry({
    host: url,
    retry: { retries: 0 },
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }) })],
  });
}

/** Registries compare texts, so every text is sent in one form; what is no Avro is not sent at all. */
function avro(schema: string): { readonly type: SchemaType.AVRO; readonly schema: string } {
  try {
    const json: avsc.Schema = JSON.parse(schema);
    avsc.Type.forSchema(json);
    return { type: SchemaType.AVRO, schema: JSON.stringify(json) };
  } catch (cause) {
    throw refusedSchema("it is no Avro schema", cause);
  }
}

async function present<T>(url: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw registryError(url, error);
  }
}

async function answered<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw registryError(url, error);
  }
}

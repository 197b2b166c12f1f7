import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import avsc from "avsc";
import type { Registry } from "./registry.ts";
import { isAbsent, refusedSchema, registryError } from "./registry-failure.ts";
import { createRegistryHttp } from "./registry-http.ts";

/** The address of the registry, and how long to wait for it. */
export interface ConfluentRegistryOptions {
  /** Base of the Confluent-compatible API; with `/apis/ccompat/v7` if the registry is Apicurio. */
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
      const text = avroSchema(schema);
      return undefinedIfAbsent(url, () => library.getRegistryIdBySchema(subject, text));
    },
    schemaById: (id) => http.schema(id),
    versions: (subject) => http.versions(subject),
    setCompatibility: (subject, level) => http.setLevel(subject, level),
    compatibility: async (subject) => {
      const level = await http.level(subject);
      return level === "NONE" ? undefined : level;
    },
    register: async (subject, schema) => {
      const text = avroSchema(schema);
      // The library refuses unless it is given the level that is set, and sets one if none is, unless it is given none.
      const level = await http.level(subject);
      // Leaving the option out would give the library's default; its types do not allow undefined.
      const compatibility = (level && COMPATIBILITY[level]) as COMPATIBILITY;
      const registered = await callLibrary(url, () => library.register(text, { subject, compatibility }));
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

/** Registries compare texts, so every schema is sent in one form. A text that is not Avro is not sent. */
function avroSchema(schema: string): { readonly type: SchemaType.AVRO; readonly schema: string } {
  try {
    const json: avsc.Schema = JSON.parse(schema);
    avsc.Type.forSchema(json);
    return { type: SchemaType.AVRO, schema: JSON.stringify(json) };
  } catch (cause) {
    throw refusedSchema("it is no Avro schema", cause);
  }
}

async function undefinedIfAbsent<T>(url: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw registryError(url, error);
  }
}

async function callLibrary<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw registryError(url, error);
  }
}

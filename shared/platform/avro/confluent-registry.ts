import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import avsc from "avsc";
import type { Registry } from "./registry.ts";
import { authorizationOf, type RegistryAccess, RegistryAgent } from "./registry-access.ts";
import { isAbsent, refusedSchema, registryError } from "./registry-failure.ts";
import { createRegistryHttp } from "./registry-http.ts";

/**
 * The registry, and how long to wait for it. Its `url` is the base of the Confluent-compatible API: with `/apis/ccompat/v7` if
 * it is Apicurio.
 */
export interface ConfluentRegistryOptions extends RegistryAccess {
  /** How long one request may take, ms. Default 5000. */
  readonly timeoutMs?: number;
}

/** The registry over HTTP. Nothing is retried here: the caller knows how long it may wait. */
export function createConfluentRegistry({ timeoutMs = 5_000, ...access }: ConfluentRegistryOptions): Registry {
  const { url } = access;
  const agent = access.tls && new RegistryAgent(access.tls);
  const library = createLibrary(access, { agent, timeoutMs });
  const http = createRegistryHttp(access, timeoutMs);
  const failure = (error: unknown) => registryError(url, agent?.failure ?? error);
  return {
    lookup: async (subject, schema) => {
      const text = avroSchema(schema);
      return undefinedIfAbsent(failure, () => library.getRegistryIdBySchema(subject, text));
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
      const registered = await callLibrary(failure, () => library.register(text, { subject, compatibility }));
      return registered.id;
    },
  };
}

function createLibrary(
  access: RegistryAccess,
  { agent, timeoutMs }: { readonly agent: RegistryAgent | undefined; readonly timeoutMs: number },
): SchemaRegistry {
  const enhance = () => ({ timeout: timeoutMs, headers: { ...authorizationOf(access) } });
  return new SchemaRegistry({
    host: access.url,
    retry: { retries: 0 },
    ...(agent && { agent }),
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance(enhance()) })],
  });
}

type ToFailure = (error: unknown) => Error;

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

async function undefinedIfAbsent<T>(failure: ToFailure, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw failure(error);
  }
}

async function callLibrary<T>(failure: ToFailure, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw failure(error);
  }
}

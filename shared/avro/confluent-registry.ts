import { type COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import type { Registry } from "#shared/avro/registry.ts";
import { isAbsent, registryTrouble } from "#shared/avro/registry-failure.ts";
import { createRegistryLevels } from "#shared/avro/registry-levels.ts";

export interface ConfluentRegistryOptions {
  /** Base of the Confluent-compatible API, `/apis/ccompat/v7` included where the registry is Apicurio. */
  readonly url: string;
  /** How long one request may take, ms. Default 5000. */
  readonly timeoutMs?: number;
}

/**
 * The registry over HTTP. The library registers and looks up; compatibility levels go beside it, as it sets one only
 * after the first registration. Nothing is retried here: the caller knows how long it may wait.
 */
export function createConfluentRegistry({ url, timeoutMs = 5_000 }: ConfluentRegistryOptions): Registry {
  const library = createLibrary(url, timeoutMs);
  const levels = createRegistryLevels(url, timeoutMs);
  return {
    ...levels,
    lookup: (subject, schema) => present(url, () => library.getRegistryIdBySchema(subject, avro(schema))),
    schemaById: (id) => present(url, async () => JSON.stringify(await library.getSchema(id))),
    register: async (subject, schema) => {
      const level = await levels.compatibility(subject);
      // The library insists that its caller knows the level; left out, it would set one of its own liking.
      const options = { subject, compatibility: level as COMPATIBILITY };
      const registered = await answered(url, () => library.register(avro(schema), options));
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

/** Registries compare texts, so every text is sent in one form. */
function avro(schema: string): { readonly type: SchemaType.AVRO; readonly schema: string } {
  return { type: SchemaType.AVRO, schema: JSON.stringify(JSON.parse(schema)) };
}

async function present<T>(url: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw registryTrouble(url, error);
  }
}

async function answered<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw registryTrouble(url, error);
  }
}

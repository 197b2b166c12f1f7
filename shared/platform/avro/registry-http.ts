import { request } from "undici";
import type { Compatibility } from "./registry.ts";
import { registryError } from "./registry-failure.ts";

const mediaType = "application/vnd.schemaregistry.v1+json";

/** The calls that go past the library: it sets a level too late, and parses a schema that it only has to pass on. */
export interface RegistryHttp {
  /** The level as the registry tells it; undefined where it knows no such subject. */
  level(subject: string): Promise<Compatibility | undefined>;
  setLevel(subject: string, level: Compatibility): Promise<void>;
  schema(id: number): Promise<string | undefined>;
}

/** Each call rejects with what `registryTrouble` makes of its failure. */
export function createRegistryHttp(url: string, timeoutMs: number): RegistryHttp {
  const call = async (path: string, put?: object): Promise<Answer | undefined> => {
    try {
      return await ask(`${url}${path}`, timeoutMs, put);
    } catch (error) {
      throw registryError(url, error);
    }
  };
  const config = (subject: string): string => `/config/${encodeURIComponent(subject)}`;
  return {
    level: async (subject) => (await call(config(subject)))?.compatibilityLevel,
    setLevel: async (subject, compatibility) => void (await call(config(subject), { compatibility })),
    schema: async (id) => (await call(`/schemas/ids/${id}`))?.schema,
  };
}

interface Answer {
  readonly compatibilityLevel?: Compatibility;
  readonly schema?: string;
}

/** GET, or PUT where there is something to put; undefined for a 404. */
async function ask(address: string, timeoutMs: number, put?: object): Promise<Answer | undefined> {
  const response = await request(address, {
    method: put === undefined ? "GET" : "PUT",
    headers: { accept: mediaType, ...(put && { "content-type": mediaType }) },
    body: put === undefined ? null : JSON.stringify(put),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.body.text();
  if (response.statusCode === 404) return undefined;
  if (response.statusCode >= 300) throw new RegistryRefusal(response.statusCode, text);
  return JSON.parse(text) as Answer;
}

class RegistryRefusal extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`status ${status}: ${text.slice(0, 200)}`);
    this.status = status;
  }
}

import { type Dispatcher, request } from "undici";
import type { Compatibility, SubjectVersion } from "./registry.ts";
import { authorizationOf, type RegistryAccess, registryDispatcher } from "./registry-access.ts";
import { registryError } from "./registry-failure.ts";

const mediaType = "application/vnd.schemaregistry.v1+json";

/** The calls that go past the library: it sets a level too late, and parses a schema that it only has to pass on. */
export interface RegistryHttp {
  /** The level as the registry reports it; undefined if it knows no such subject. */
  level(subject: string): Promise<Compatibility | undefined>;
  setLevel(subject: string, level: Compatibility): Promise<void>;
  schema(id: number): Promise<string | undefined>;
  versions(subject: string): Promise<readonly SubjectVersion[]>;
}

/** Each call rejects with the error that `registryError` makes of its failure. */
export function createRegistryHttp(access: RegistryAccess, timeoutMs: number): RegistryHttp {
  const { url } = access;
  const dispatcher = registryDispatcher(access);
  const callRegistry = async <T = Answer>(path: string, put?: object): Promise<T | undefined> => {
    try {
      const call = { timeoutMs, headers: authorizationOf(access), dispatcher, put };
      return (await send(`${url}${path}`, call)) as T | undefined;
    } catch (error) {
      throw registryError(url, error);
    }
  };
  const config = (subject: string): string => `/config/${encodeURIComponent(subject)}`;
  const versionsOf = (subject: string): string => `/subjects/${encodeURIComponent(subject)}/versions`;
  return {
    versions: async (subject) => {
      const numbers = (await callRegistry<readonly number[]>(versionsOf(subject))) ?? [];
      const found = await Promise.all(
        numbers.map(async (version) => ({ version, ...(await callRegistry(`${versionsOf(subject)}/${version}`)) })),
      );
      // A version may be removed between the two calls.
      return found.flatMap(({ version, schema }) => (schema === undefined ? [] : [{ version, schema }]));
    },
    level: async (subject) => (await callRegistry(config(subject)))?.compatibilityLevel,
    setLevel: async (subject, compatibility) => void (await callRegistry(config(subject), { compatibility })),
    schema: async (id) => (await callRegistry(`/schemas/ids/${id}`))?.schema,
  };
}

interface Answer {
  readonly compatibilityLevel?: Compatibility;
  readonly schema?: string;
}

interface Call {
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher | undefined;
  readonly put: object | undefined;
}

/** GET, or PUT if there is something to put; undefined for a 404. */
async function send(address: string, { timeoutMs, headers, dispatcher, put }: Call): Promise<unknown> {
  const response = await request(address, {
    method: put === undefined ? "GET" : "PUT",
    ...(dispatcher && { dispatcher }),
    headers: { ...headers, accept: mediaType, ...(put && { "content-type": mediaType }) },
    body: put === undefined ? null : JSON.stringify(put),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.body.text();
  if (response.statusCode === 404) return undefined;
  if (response.statusCode >= 300) throw new RegistryRefusal(response.statusCode, text);
  return JSON.parse(text) as unknown;
}

class RegistryRefusal extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`status ${status}: ${text.slice(0, 200)}`);
    this.status = status;
  }
}

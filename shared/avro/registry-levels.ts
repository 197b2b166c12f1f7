import { request } from "undici";
import type { Compatibility, Registry } from "#shared/avro/registry.ts";
import { registryTrouble } from "#shared/avro/registry-failure.ts";

const mediaType = "application/vnd.schemaregistry.v1+json";

/** `GET` and `PUT /config/{subject}`. */
export function createRegistryLevels(
  url: string,
  timeoutMs: number,
): Pick<Registry, "compatibility" | "setCompatibility"> {
  const call = async (method: "GET" | "PUT", subject: string, body?: object): Promise<Level | undefined> => {
    try {
      const response = await request(`${url}/config/${encodeURIComponent(subject)}`, {
        method,
        headers: { accept: mediaType, ...(body && { "content-type": mediaType }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.body.text();
      if (response.statusCode === 404) return undefined;
      if (response.statusCode >= 300) throw new RegistryAnswer(response.statusCode, text);
      return JSON.parse(text) as Level;
    } catch (error) {
      throw registryTrouble(url, error);
    }
  };
  return {
    compatibility: async (subject) => (await call("GET", subject))?.compatibilityLevel,
    setCompatibility: async (subject, compatibility) => void (await call("PUT", subject, { compatibility })),
  };
}

interface Level {
  readonly compatibilityLevel?: Compatibility;
}

class RegistryAnswer extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`status ${status}: ${text.slice(0, 200)}`);
    this.status = status;
  }
}

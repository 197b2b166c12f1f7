import type { ProcessContext } from "#shared/runtime/process/process-context.ts";

/** A group of settings by one name that it cannot do without, and the clients that are made from it. */
const clientsOf = {
  COMMS_BOOTSTRAP_SERVERS: ["log", "registry", "codec", "templates", "prefix"],
  COMMS_REDIS_URL: ["redis", "views", "keys"],
  COMMS_POSTGRES_URL: ["postgres"],
  COMMS_ARTIFACTS_URL: ["artifacts"],
  COMMS_ADDRESS_PEPPER: ["hasher"],
} as const;

/**
 * What a stage is assembled from, with clients that do nothing, for those whose settings it declares. Another one throws
 * when it is asked for.
 */
export function declaredClients(names: ReadonlySet<string>): ProcessContext {
  const metrics = { count: () => {}, set: () => {}, observe: () => {} };
  const context = { telemetry: { metrics, log: inert() }, clock: inert(), owner: "test" };
  for (const [setting, clients] of Object.entries(clientsOf)) {
    for (const client of clients) {
      const get = () => {
        if (!names.has(setting)) throw new Error(`${client} is asked for, and ${setting} is not declared`);
        if (client === "prefix") return "t.";
        return client === "keys" || client === "hasher" ? inert() : () => inert();
      };
      Object.defineProperty(context, client, { get, enumerable: true });
    }
  }
  return context as unknown as ProcessContext;
}

/** Anything: every property and every result of it is one more. It is no promise. */
function inert(): unknown {
  return new Proxy(() => {}, {
    get: (_, name) => (name === "then" || typeof name === "symbol" ? undefined : inert()),
    apply: () => inert(),
  });
}

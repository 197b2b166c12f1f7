import type { ProcessContext } from "#shared/runtime/process/process-context.ts";

/** A group of settings by one name that it cannot do without, and the clients that are made from it. */
const clientsOf = {
  COMMS_BOOTSTRAP_SERVERS: ["log", "registry", "codec", "templates", "prefix"],
  COMMS_REDIS_URL: ["redis", "views", "keys"],
  COMMS_POSTGRES_URL: ["postgres", "ownPostgres"],
  COMMS_ARTIFACTS_URL: ["artifacts"],
  COMMS_ADDRESS_PEPPER: ["hasher", "subjects"],
} as const;

/** What a stage is assembled from, and what it has asked for. */
export interface DeclaredClients {
  readonly platform: ProcessContext;
  /** Declared groups of which no client was asked for. */
  unused(): readonly string[];
}

/**
 * Clients that do nothing, for the settings that a stage declares. Another one throws when it is asked for.
 */
export function declaredClients(names: ReadonlySet<string>): DeclaredClients {
  const used = new Set<string>();
  const metrics = { count: () => {}, expose: () => {}, set: () => {}, observe: () => {} };
  const context = { telemetry: { metrics, log: inert() }, clock: inert(), owner: "test" };
  for (const [setting, clients] of Object.entries(clientsOf)) {
    for (const client of clients) {
      const get = () => {
        if (!names.has(setting)) throw new Error(`${client} is asked for, and ${setting} is not declared`);
        used.add(setting);
        // People's keys lie in Postgres.
        if (client === "artifacts") used.add("COMMS_POSTGRES_URL");
        if (client === "prefix") return "t.";
        return ["keys", "hasher", "subjects"].includes(client) ? inert() : () => inert();
      };
      Object.defineProperty(context, client, { get, enumerable: true });
    }
  }
  return {
    platform: context as unknown as ProcessContext,
    unused: () => Object.keys(clientsOf).filter((setting) => names.has(setting) && !used.has(setting)),
  };
}

/** Anything: every property and every result of it is one more. It is no promise. */
function inert(): unknown {
  return new Proxy(() => {}, {
    get: (_, name) => (name === "then" || typeof name === "symbol" ? undefined : inert()),
    apply: () => inert(),
  });
}

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, parseDocument } from "yaml";
import { composeEnvironment } from "#stack/docker.ts";
import { partNames } from "#stack/engine.ts";
import { sharedBrokerSettings } from "#stack/parts/kafka-properties.ts";
import { postgresArguments, postgresLogin } from "#stack/parts/postgres-probe.ts";
import { redisArguments } from "#stack/parts/redis.ts";
import { portsFrom } from "#stack/ports.ts";
import { versions } from "#stack/versions.ts";

interface Service {
  readonly image: string;
  readonly ports: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const text = readFileSync(new URL("../../docker-compose.yml", import.meta.url), "utf8");
const compose = parse(text) as { services: Record<string, Service>; volumes: Record<string, unknown> };

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

describe("the compose file against the native stack", () => {
  it("has the same parts", () => {
    expect(Object.keys(compose.services).toSorted()).toEqual([...partNames].toSorted());
  });

  it("has the versions of stack/versions.json", () => {
    expect(Object.fromEntries(partNames.map((name) => [name, service(name).image]))).toEqual({
      kafka: `apache/kafka:${versions.kafka}`,
      registry: `apicurio/apicurio-registry:${versions.registryImage}`,
      postgres: `postgres:${versions.postgres}`,
      redis: `redis:${versions.redis}`,
    });
  });

  it("has the broker settings of the native one", () => {
    const environment = service("kafka").environment ?? {};
    for (const [name, value] of Object.entries(sharedBrokerSettings)) {
      const variable = `KAFKA_${name.toUpperCase().replaceAll(".", "_")}`;
      expect(`${variable}=${environment[variable]}`).toBe(`${variable}=${value}`);
    }
  });

  it("has the settings of the native Postgres and Redis", () => {
    const { user, password, database } = postgresLogin;
    expect(service("postgres").environment).toMatchObject({
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: database,
    });
    expect(service("postgres").command).toEqual(["postgres", ...postgresArguments]);
    expect(service("redis").command).toEqual(["redis-server", ...redisArguments]);
  });

  it.each(partNames)("publishes %s on the port that 'make up' chooses, on loopback only", (name) => {
    const variable = `CARILLON_${name.toUpperCase()}_PORT`;
    const [host, ...rest] = service(name).ports;
    expect(rest).toEqual([]);
    expect(host).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\$\\{${variable}:-\\d+\\}:`));
    expect(composeEnvironment(portsFrom(20_000))).toContain(`${variable}=${portsFrom(20_000)[name]}\n`);
  });

  it("has defaults for use by hand that are nobody's usual ports", () => {
    for (const [, port] of text.matchAll(/_PORT:-(\d+)\}/g)) expect(Number(port)).toBeGreaterThanOrEqual(20_000);
  });

  it("keeps what must last in named volumes, at the places that the images write to", () => {
    expect(service("kafka").volumes).toEqual([`kafka:${service("kafka").environment?.["KAFKA_LOG_DIRS"]}`]);
    expect(service("postgres").volumes).toContain("postgres:/var/lib/postgresql");
    expect(service("redis").volumes).toEqual(["redis:/data"]);
    expect(Object.keys(compose.volumes)).toEqual(["kafka", "postgres", "redis"]);
    expect(service("registry").environment?.["APICURIO_STORAGE_KIND"]).toBe("sql");
  });
});

/** What the Compose Specification calls them, as far as this file may use them: a name of none is a slip of the pen. */
const known = {
  file: ["name", "services", "volumes"],
  service: [
    "image",
    "ports",
    "volumes",
    "command",
    "environment",
    "healthcheck",
    "depends_on",
    "stop_grace_period",
    "restart",
  ],
  healthcheck: ["test", "interval", "timeout", "retries", "start_period"],
};

const strangers = (names: readonly string[], value: object) =>
  Object.keys(value).filter((name) => !names.includes(name));

describe("the compose file by itself, without an engine to ask", () => {
  it("is YAML without a fault, a warning or a key said twice", () => {
    const { errors, warnings } = parseDocument(text, { uniqueKeys: true, strict: true });
    expect([...errors, ...warnings].map(({ message }) => message)).toEqual([]);
  });

  it("says nothing that Compose has no word for", () => {
    expect(strangers(known.file, compose)).toEqual([]);
    for (const name of partNames) {
      expect(strangers(known.service, service(name))).toEqual([]);
      expect(strangers(known.healthcheck, service(name).healthcheck ?? {})).toEqual([]);
    }
  });

  it.each(partNames)("%s: has one image, with a tag that stands still", (name) => {
    expect(service(name).image).toMatch(/^[a-z0-9-]+(\/[a-z0-9-]+)?:\d+(\.\d+)+$/);
  });

  it.each(partNames)("%s: mounts only volumes that are declared and files that are there", (name) => {
    const sources = (service(name).volumes ?? []).map((mount) => mount.split(":")[0] ?? "");
    const isThere = (source: string) =>
      source.startsWith("./") ? existsSync(new URL(`../../${source}`, import.meta.url)) : source in compose.volumes;
    expect(sources.filter((source) => !isThere(source))).toEqual([]);
  });

  it.each(partNames)("%s: waits only for parts that can say that they are healthy", (name) => {
    for (const [other, { condition }] of Object.entries(service(name).depends_on ?? {})) {
      expect(condition).toBe("service_healthy");
      expect(service(other).healthcheck?.test.length).toBeGreaterThan(1);
    }
  });

  it("has a default for every variable that it asks for, and asks for no others than 'make up' sets", () => {
    const asked = [...text.matchAll(/\$\{?(\w*)([^}]*)/g)].map(([, name = "", rest]) => [name, rest]);
    expect(asked.filter(([, rest]) => !/^:-\d+$/.test(rest ?? ""))).toEqual([]);
    const set = composeEnvironment(portsFrom(20_000));
    expect(asked.filter(([name]) => !set.includes(`${name}=`))).toEqual([]);
  });

  it("gives every variable of a container as text or number, which is all that Compose takes", () => {
    const values = partNames.flatMap((name) => Object.entries(service(name).environment ?? {}));
    expect(values.filter(([, value]) => typeof value !== "string" && typeof value !== "number")).toEqual([]);
  });
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { composeEnvironment } from "#stack/docker.ts";
import { partNames } from "#stack/engine.ts";
import { sharedBrokerSettings } from "#stack/parts/kafka-properties.ts";
import { postgresLogin, postgresSettings } from "#stack/parts/postgres-probe.ts";
import { redisSettings } from "#stack/parts/redis.ts";
import { portsFrom } from "#stack/ports.ts";
import { versions } from "#stack/versions.ts";

interface Service {
  readonly image: string;
  readonly ports: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
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
    expect(service("postgres").command).toEqual(["postgres", ...postgresSettings]);
    expect(service("redis").command).toEqual(["redis-server", ...redisSettings]);
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
    expect(service("kafka").volumes).toEqual([`kafka:${service("kafka").environment?.KAFKA_LOG_DIRS}`]);
    expect(service("postgres").volumes).toContain("postgres:/var/lib/postgresql");
    expect(service("redis").volumes).toEqual(["redis:/data"]);
    expect(Object.keys(compose.volumes)).toEqual(["kafka", "postgres", "redis"]);
    expect(service("registry").environment?.APICURIO_STORAGE_KIND).toBe("sql");
  });

  it("is what Docker takes for a compose file, where its plug-in is here to ask", () => {
    const here = composePlugin();
    const read = here ? execFileSync("docker", ["compose", "config", "--services"], { encoding: "utf8" }) : undefined;
    const named = read?.trim().split("\n") ?? Object.keys(compose.services);
    expect(named.toSorted()).toEqual([...partNames].toSorted());
  });
});

function composePlugin(): boolean {
  try {
    execFileSync("docker", ["compose", "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { addressesOf } from "#stack/addresses.ts";
import { clientEnvironment, shellLines } from "#stack/client-environment.ts";
import { layoutOf } from "#stack/layout.ts";
import { portsFrom } from "#stack/ports.ts";

const layout = layoutOf("/r", "/c");
const plain = addressesOf("native", layout, portsFrom(20_000));
const secure = addressesOf("native", layout, { ports: portsFrom(20_000), isSecure: true });
const principal = { name: "comms-producer", passwordFile: "/p/comms-producer.password" };
const valuesOf = (...given: Parameters<typeof clientEnvironment>) =>
  Object.fromEntries([...clientEnvironment(...given)].filter(([, value]) => value !== undefined));

describe("what a client of the stack is told", () => {
  test("are addresses and nothing else where the stack asks for no names, whoever comes in", () => {
    const addresses = {
      COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:20000",
      COMMS_SCHEMA_REGISTRY_URL: plain.registry.url,
      COMMS_GATEWAY_PUBLIC_URL: "http://127.0.0.1:20005",
      COMMS_POSTGRES_URL: plain.postgres.url,
      COMMS_REDIS_URL: plain.redis.url,
    };
    expect(valuesOf(plain)).toEqual(addresses);
    expect(valuesOf(plain, principal)).toEqual(addresses);
  });

  test("is the administrator's certificate on a secure one", () => {
    expect(valuesOf(secure)).toMatchObject({
      COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:20009",
      COMMS_KAFKA_SECURITY_PROTOCOL: "SSL",
      COMMS_KAFKA_CERTIFICATE_FILE: "/r/.carillon/secure/carillon-admin.pem",
      COMMS_KAFKA_CA_FILE: "/r/.carillon/secure/ca.pem",
    });
    expect(valuesOf(secure)).not.toHaveProperty("COMMS_KAFKA_USER");
  });

  test("is a name and a password's file for a principal, and no certificate", () => {
    expect(valuesOf(secure, principal)).toMatchObject({
      COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:20000",
      COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      COMMS_KAFKA_USER: "comms-producer",
      COMMS_KAFKA_PASSWORD_FILE: "/p/comms-producer.password",
      COMMS_SCHEMA_REGISTRY_CA_FILE: "/r/.carillon/secure/ca.pem",
    });
    expect(valuesOf(secure, principal)).not.toHaveProperty("COMMS_KAFKA_CERTIFICATE_FILE");
  });

  test("holds no secret but what lies in the local stack's own URLs", () => {
    for (const [name] of clientEnvironment(secure, principal))
      expect(name).not.toMatch(/PASSWORD$|SECRET|PEPPER|_KEY$/);
  });
});

describe("the lines for a shell", () => {
  test("set what has a value, however it is written, and take away what has none", () => {
    const lines = shellLines(
      new Map([
        ["COMMS_A", "it's $HOME"],
        ["COMMS_B", undefined],
      ]),
    );
    const script = `COMMS_B=stale\n${lines}printf '%s|%s' "$COMMS_A" "\${COMMS_B-none}"`;
    expect(spawnSync("sh", ["-ec", script], { encoding: "utf8" }).stdout).toBe("it's $HOME|none");
  });
});

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";

const empty = mkdtempSync(join(tmpdir(), "carillon-config-"));

/** A folder with the addresses of a stack, as `make up` leaves it. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), "carillon-config-"));
  mkdirSync(join(root, ".carillon"));
  const addresses = {
    mode: "native",
    kafka: { bootstrap: "127.0.0.1:1" },
    registry: { url: "http://127.0.0.1:2" },
    postgres: { url: "postgres://u:p@127.0.0.1:3/d" },
    redis: { url: "redis://127.0.0.1:4" },
    artifacts: { url: "file:///tmp/a" },
    gateway: { url: "http://127.0.0.1:5" },
    simulator: { url: "http://127.0.0.1:6", smtp: "smtp://127.0.0.1:7", ledger: "l" },
  };
  writeFileSync(join(root, ".carillon", "stack.json"), JSON.stringify(addresses));
  return root;
}

function issuesOf(env: NodeJS.ProcessEnv, root: string): string {
  try {
    readConfig(env, root);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("configuration", () => {
  it("needs nothing but the stack of the checkout", () => {
    expect(readConfig({}, checkout())).toMatchObject({
      COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:1",
      COMMS_GATEWAY_PORT: 5,
    });
  });

  it("puts the environment above the stack", () => {
    expect(readConfig({ COMMS_REDIS_URL: "redis://elsewhere:1" }, checkout()).COMMS_REDIS_URL).toBe(
      "redis://elsewhere:1",
    );
  });

  it("lays what a caller says over the environment, and leaves the environment as it is", () => {
    const before = { ...environmentWith() };
    const over = environmentWith({ COMMS_LOG_LEVEL: "silent" });
    expect(readConfig(over, checkout()).COMMS_LOG_LEVEL).toBe("silent");
    expect(over).toEqual({ ...before, COMMS_LOG_LEVEL: "silent" });
    expect(environmentWith()).toEqual(before);
    expect(Object.keys(before)).toContain("PATH");
  });

  it("reports every issue at once, and says what to do", () => {
    const issues = issuesOf({ COMMS_LOG_LEVEL: "loud", COMMS_TOPIC_PREFIX: "no-dot" }, empty);
    expect(issues).toContain("COMMS_REDIS_URL: is not set");
    expect(issuesOf({ COMMS_REPLICATION_FACTOR: "0" }, checkout())).toContain("COMMS_REPLICATION_FACTOR: ");
    for (const name of ["COMMS_BOOTSTRAP_SERVERS", "COMMS_LOG_LEVEL", "COMMS_TOPIC_PREFIX", "make up"])
      expect(issues).toContain(name);
  });

  it("repeats no value, as it may be a secret", () => {
    expect(issuesOf({ COMMS_MASTER_KEY: "hunter2" }, checkout())).not.toContain("hunter2");
  });

  it("reads a secret from the file that its twin names", () => {
    const file = join(empty, "pepper");
    writeFileSync(file, "from-a-mounted-secret\n");
    expect(readConfig({ COMMS_ADDRESS_PEPPER_FILE: file }, checkout()).COMMS_ADDRESS_PEPPER).toBe(
      "from-a-mounted-secret",
    );
  });

  it("says which file it could not read", () => {
    expect(issuesOf({ COMMS_ADDRESS_PEPPER_FILE: "/no/such/file" }, checkout())).toContain("COMMS_ADDRESS_PEPPER_FILE");
  });
});

import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StackFile } from "#shared/platform/config/addresses.ts";
import { environmentWith, readConfig, unknownSettings } from "#shared/platform/config/environment.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";

const secrets = settingGroup("Secrets", {
  COMMS_SECRET: setting(z.string().min(16, "needs 16 characters or more"), "A secret.", { secret: true }),
});
const some = combineSettings(processSettings, kafkaSettings, redisSettings, secrets);
const empty = newFolder();

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "carillon-config-")));
}

const local = {
  COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:1",
  COMMS_SCHEMA_REGISTRY_URL: "http://127.0.0.1:2",
  COMMS_REDIS_URL: "redis://127.0.0.1:4",
  COMMS_SECRET: "secret of the local stack",
  COMMS_OTHER: "of a stage that is not hosted here",
};

/** A folder with the file of a stack, as `make up` leaves it. */
function folderWith(file: Partial<StackFile>, root = newFolder()): string {
  mkdirSync(join(root, ".carillon"));
  writeFileSync(join(root, ".carillon", "stack.json"), JSON.stringify(file));
  return root;
}

/** A checkout whose own stack was started. */
function checkout(): string {
  const root = newFolder();
  return folderWith({ checkout: root, settings: local }, root);
}

function issuesOf(env: NodeJS.ProcessEnv, root: string): string {
  try {
    readConfig(some, env, root);
  } catch (error) {
    expect(error).toMatchObject({ code: "CONFIG_INVALID", retryable: false });
    return (error as Error).message;
  }
  return "";
}

// The folder of the tests may have a stack of its own.
const before = process.cwd();
beforeAll(() => process.chdir(empty));
afterAll(() => process.chdir(before));

describe("configuration", () => {
  it("needs nothing but the stack of the checkout", () => {
    expect(readConfig(some, {}, checkout())).toMatchObject({
      COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:1",
      COMMS_LOG_LEVEL: "info",
    });
  });

  it("holds what was asked for, and nothing else that is set", () => {
    const config = readConfig(kafkaSettings, { COMMS_REDIS_URL: "redis://elsewhere:1" }, checkout());
    expect(Object.keys(config).toSorted()).toEqual([
      "COMMS_BOOTSTRAP_SERVERS",
      "COMMS_KAFKA_SASL_MECHANISM",
      "COMMS_KAFKA_SECURITY_PROTOCOL",
      "COMMS_SCHEMA_REGISTRY_URL",
      "COMMS_TOPIC_PREFIX",
    ]);
  });

  it("puts the environment above the stack, and takes an empty value for none", () => {
    const env = { COMMS_REDIS_URL: "redis://elsewhere:1", COMMS_SCHEMA_REGISTRY_URL: "" };
    expect(readConfig(some, env, checkout())).toMatchObject({
      COMMS_REDIS_URL: "redis://elsewhere:1",
      COMMS_SCHEMA_REGISTRY_URL: "http://127.0.0.1:2",
    });
  });

  it("lays what a caller says over the environment, and leaves the environment as it is", () => {
    const before = { ...environmentWith() };
    const over = environmentWith({ COMMS_LOG_LEVEL: "silent" });
    expect(readConfig(some, over, checkout()).COMMS_LOG_LEVEL).toBe("silent");
    expect(over).toEqual({ ...before, COMMS_LOG_LEVEL: "silent" });
    expect(environmentWith()).toEqual(before);
    expect(Object.keys(before)).toContain("PATH");
  });

  it("reports every issue at once, and says what to do", () => {
    const issues = issuesOf({ COMMS_LOG_LEVEL: "loud", COMMS_TOPIC_PREFIX: "no-dot", COMMS_X_FILE: "/no" }, empty);
    expect(issues).toContain("COMMS_REDIS_URL: is not set");
    for (const name of ["COMMS_BOOTSTRAP_SERVERS", "COMMS_LOG_LEVEL", "COMMS_TOPIC_PREFIX", "make up"])
      expect(issues).toContain(name);
    expect(issues).not.toContain("COMMS_X");
  });

  it("says what to do: to correct what is wrong, to set what is missing, to start a stack only where none answers", () => {
    expect(issuesOf({ COMMS_LOG_LEVEL: "loud" }, checkout())).toMatch(/Correct these; docs\/configuration\.md says/);
    const { COMMS_REDIS_URL: _, ...lacking } = local;
    const root = newFolder();
    const missing = issuesOf({}, folderWith({ checkout: root, settings: lacking }, root));
    expect(missing).toContain("COMMS_REDIS_URL: is not set");
    expect(missing).not.toContain("make up");
    expect(issuesOf({}, empty)).toContain("make up");
  });

  it("repeats no value, as it may be a secret", () => {
    expect(issuesOf({ COMMS_SECRET: "hunter2", COMMS_REDIS_URL: "hunter2" }, checkout())).not.toContain("hunter2");
  });
});

describe("a setting that a file holds", () => {
  const file = join(empty, "secret");
  writeFileSync(file, "from-a-mounted-secret\n");

  it("is read from the file that its twin names", () => {
    expect(readConfig(some, { COMMS_SECRET_FILE: file }, checkout()).COMMS_SECRET).toBe("from-a-mounted-secret");
  });

  it("is not mistaken for another setting whose name ends like a twin's", () => {
    const log = settingGroup("Log", {
      COMMS_LOG: setting(z.string().default("on"), "Whether."),
      COMMS_LOG_FILE: setting(z.string(), "Where."),
    });
    expect(readConfig(log, { COMMS_LOG_FILE: file }, empty)).toEqual({ COMMS_LOG: "on", COMMS_LOG_FILE: file });
  });

  it("is reported once if the file cannot be read", () => {
    const issues = issuesOf({ COMMS_SECRET_FILE: "/no/such/file" }, empty);
    expect(issues).toContain("COMMS_SECRET_FILE: the file that it names cannot be read");
    expect(issues).not.toContain("COMMS_SECRET: ");
    expect(issues).not.toContain("/no/such");
  });

  it("may not be set beside its twin", () => {
    const issues = issuesOf({ COMMS_SECRET_FILE: file, COMMS_SECRET: "another secret of ours" }, checkout());
    expect(issues).toContain("COMMS_SECRET_FILE: is set beside COMMS_SECRET");
  });
});

describe("the file of the local stack", () => {
  it("answers from the folder that COMMS_STACK_ROOT names, if this checkout's stack made it", () => {
    const root = newFolder();
    const second = folderWith({ checkout: root, settings: local });
    expect(readConfig(some, { COMMS_STACK_ROOT: second }, root).COMMS_SECRET).toBe(local.COMMS_SECRET);
  });

  it.each<[string, Partial<StackFile>, string]>([
    [
      "it came from another checkout",
      { checkout: "/another", settings: local },
      "the stack of another checkout made it",
    ],
    ["an earlier version made it", { mode: "native" }, "run 'make up' again"],
    ["it says nothing of its checkout", { settings: local }, "run 'make up' again"],
  ])("gives nothing if %s, and the error says so", (_, file, reason) => {
    const issues = issuesOf({}, folderWith(file));
    expect(issues).toContain("COMMS_SECRET: is not set");
    expect(issues).toContain(reason);
    expect(issues).not.toContain(local.COMMS_SECRET);
  });

  it("gives nothing in production, of another folder neither", () => {
    const root = checkout();
    for (const env of [{}, { COMMS_STACK_ROOT: root }]) {
      const issues = issuesOf({ ...env, NODE_ENV: "production" }, root);
      expect(issues).toContain("COMMS_SECRET: is not set");
      expect(issues).toContain("NODE_ENV is production");
    }
  });

  it("gives nothing to code that runs from elsewhere, in any folder that it is started in", () => {
    const before = process.cwd();
    process.chdir(checkout());
    try {
      const issues = issuesOf({}, empty);
      expect(issues).toContain("COMMS_SECRET: is not set");
      expect(issues).toContain(`this code runs from ${empty}`);
    } finally {
      process.chdir(before);
    }
  });

  it("is not mentioned where nothing is missing because of it", () => {
    expect(issuesOf({ ...local, NODE_ENV: "production", COMMS_LOG_LEVEL: "loud" }, checkout())).not.toContain(
      "NODE_ENV",
    );
    expect(readConfig(some, { ...local, NODE_ENV: "production" }, checkout()).COMMS_SECRET).toBe(local.COMMS_SECRET);
  });
});

describe("names that nobody reads", () => {
  it("are reported, and known ones, their twins and the stack's are not", () => {
    const env = {
      COMMS_SES_RAET: "14",
      COMMS_SES_RATE: "14",
      COMMS_SECRET_FILE: "/f",
      COMMS_STACK_ROOT: "/r",
      COMMS_GATEWAY_SERVICE_HOST: "10.0.0.1",
      COMMS_GATEWAY_PORT_80_TCP_PORT: "80",
      COMMS_SENDER_PORT: "tcp://10.0.0.1:80",
      PATH: "/bin",
    };
    expect(unknownSettings(["COMMS_SES_RATE", "COMMS_SECRET"], env)).toEqual(["COMMS_SES_RAET"]);
  });
});

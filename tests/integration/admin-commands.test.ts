import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exit } from "#cli/command.ts";
import type { settings } from "#gateway/admin/config.ts";
import { assemble } from "#gateway/admin/main.ts";
import { assemble as assembleMaterializer } from "#processors/materializer/main.ts";
import { assemble as assembleProjector } from "#processors/projector/main.ts";
import { type ApiKeyTable, createApiKey } from "#shared/control/keys/api-keys.ts";
import type { Role } from "#shared/domain/access/role.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { createTestPlatform, freePort, startStage, type TestPlatform } from "#tests/support/platform.ts";
import { eventually } from "#tests/support/world/eventually.ts";

const program = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

let test: TestPlatform;
let admin: HostedService;
let stages: readonly Shell[];
let url: string;
let keys: Readonly<Record<"viewer" | "editor" | "approver" | "other" | "many", string>>;
const crashes: unknown[] = [];

beforeAll(async () => {
  test = await createTestPlatform();
  const { platform } = test;
  const table: ApiKeyTable = { pool: test.database.pool, peppers: apiKeyPeppersOf(test.config) };
  const keyOf = async (role: Role, tenantId = "acme") => {
    const grant = { tenantId, name: role, scopes: [], role, ratePerSecond: null, expiresAt: null };
    return (await createApiKey(table, grant, { actor: "ann", reason: "a test", now: Date.now() })).text;
  };
  keys = {
    viewer: await keyOf("CommsViewer"),
    editor: await keyOf("CommsEditor"),
    approver: await keyOf("CommsApprover"),
    other: await keyOf("CommsApprover"),
    many: await keyOf("CommsApprover", "*"),
  };
  const onCrash = (error: unknown) => void crashes.push(error);
  stages = [
    await startStage(platform, await assembleMaterializer(platform, test.config), onCrash),
    await startStage(platform, await assembleProjector(platform), onCrash),
  ];
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const config: ConfigOf<typeof settings> = { ...test.config, COMMS_ADMIN_HOST: "127.0.0.1", COMMS_ADMIN_PORT: port };
  admin = await assemble(platform, config);
  await admin.start();
}, 60_000);

afterAll(async () => {
  await admin?.stop(5_000);
  for (const stage of stages ?? []) await stage.stop(5_000);
  await test?.close();
});

interface Said {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as a person does. */
function comms(who: keyof typeof keys, args: readonly string[], stdin = ""): Promise<Said> {
  const env = {
    PATH: process.env["PATH"],
    COMMS_ADMIN_URL: url,
    COMMS_ADMIN_KEY: keys[who],
    COMMS_STACK_ROOT: readStackConfig().root,
    COMMS_BOOTSTRAP_SERVERS: test.config.COMMS_BOOTSTRAP_SERVERS,
    COMMS_SCHEMA_REGISTRY_URL: test.config.COMMS_SCHEMA_REGISTRY_URL,
    COMMS_POSTGRES_URL: test.database.url,
    COMMS_TOPIC_PREFIX: test.platform.prefix,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? exit.done : error.code, out, err }),
    );
    child.stdin?.end(stdin);
  });
}

/** The names of flags that stages see. */
async function seenFlags(): Promise<readonly string[]> {
  const { value } = await test.platform.views().flags();
  return [...value.values()].map(({ name }) => name);
}

describe("comms flag, pause and resume", () => {
  it("set what every stage sees, and take it away again", async () => {
    const set = await comms("editor", ["pause", "channel", "email", "--reason", "wrong template", "--for", "2h"]);
    expect(set).toMatchObject({ code: exit.done, err: "" });
    expect(set.out).toMatch(/^comms\.pause\.channel\.email is true for tenant acme until 20/);
    await eventually(
      async () => (await seenFlags()).join().includes("comms.pause.channel.email"),
      "the flag in Redis",
      { ms: 20_000 },
    );
    const list = await comms("viewer", ["flag", "list"]);
    expect(list.out).toContain("wrong template");
    const json = JSON.parse((await comms("viewer", ["flag", "list", "--format", "json"])).out) as { flags: object[] };
    expect(json.flags).toMatchObject([{ name: "comms.pause.channel.email", tenant: "acme", value: true }]);
    const resumed = await comms("editor", ["resume", "channel", "email", "--reason", "mended"]);
    expect(resumed).toMatchObject({ code: exit.done, out: "channel email goes on.\n" });
    await eventually(async () => !(await seenFlags()).join().includes("pause.channel.email"), "the flag to be gone", {
      ms: 20_000,
    });
  }, 60_000);

  it("are refused with a sentence: to a lesser role, and of another tenant", async () => {
    const args = ["flag", "set", "comms.pause.channel.sms", "true"];
    const refused = await comms("viewer", [...args, "--reason", "r"]);
    expect(refused).toMatchObject({ code: exit.precondition, out: "" });
    expect(refused.err).toContain("403");
    const foreign = await comms("editor", [...args, "--reason", "r", "--tenant", "other"]);
    expect(foreign.code).toBe(exit.precondition);
    const many = await comms("many", [...args, "--reason", "r", "--tenant", "acme"]);
    expect(many.out).toContain("for tenant acme");
    expect((await comms("many", [...args, "--reason", "everywhere"])).out).toContain("for all tenants");
  }, 60_000);
});

describe("comms suppression and approve", () => {
  it("put an address on the list, and a legal one off it by two people", async () => {
    const added = await comms(
      "editor",
      ["suppression", "add", "--channel", "email", "--legal", "--evidence", "court 1", "--reason", "order"],
      "Anna@Example.com\n",
    );
    expect(added).toMatchObject({ code: exit.done, err: "" });
    const id = /on the list: (\S+)/.exec(added.out)?.[1] ?? "";
    const search = () => comms("viewer", ["suppression", "search", "--channel", "email"], "anna@example.com");
    await eventually(async () => (await search()).out.includes(id), "the entry in Postgres", { ms: 20_000 });
    expect((await search()).out).toContain("in force");
    const asked = await comms("approver", ["suppression", "lift", id, "--reason", "order is over"]);
    expect(asked).toMatchObject({ code: exit.partial, out: "" });
    const request = /comms approve (\S+)/.exec(asked.err)?.[1] ?? "";
    expect((await comms("viewer", ["approve", "list"])).out).toContain(request);
    const own = await comms("approver", ["approve", request, "--reason", "mine"]);
    expect(own).toMatchObject({ code: exit.precondition });
    expect(own.err).toContain("Another person");
    const yes = await comms("other", ["approve", request, "--reason", "seen the letter"]);
    expect(yes).toMatchObject({ code: exit.done, out: "The request is approved.\n" });
    await eventually(async () => (await search()).out.includes("lifted"), "the entry to be lifted", { ms: 20_000 });
    const whole = await comms("viewer", ["audit", "verify", "--tenant", "acme"]);
    expect(whole).toMatchObject({ code: exit.done });
    const rows = (await comms("viewer", ["audit", "export", "--tenant", "acme"])).out;
    expect(rows).not.toMatch(/anna/i);
    expect(rows).toContain("suppression.lift");
    expect(crashes).toEqual([]);
  }, 90_000);

  it("say what is missing where no admin API answers", async () => {
    const { port } = new URL(url);
    const env = {
      PATH: process.env["PATH"],
      COMMS_ADMIN_URL: `http://127.0.0.1:${Number(port) - 1}`,
      COMMS_ADMIN_KEY: keys.viewer,
    };
    const said = await new Promise<Said>((resolve) => {
      execFile(process.execPath, [program, "flag", "list"], { env }, (error, out, err) =>
        resolve({ code: error === null ? exit.done : error.code, out, err }),
      );
    });
    expect(said).toMatchObject({ code: exit.failed, out: "" });
    expect(said.err).toContain("COMMS_ADMIN_URL");
  });
});

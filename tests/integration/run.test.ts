import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStages } from "#cli/demo/children.ts";
import { processGroups } from "#cli/process-groups.ts";
import { groupOf } from "#shared/contracts/topics.ts";
import { environmentWith } from "#shared/platform/config/environment.ts";
import { freePort } from "#tests/support/world/free-port.ts";
import { startWorld, type World } from "#tests/support/world.ts";

const comms = fileURLToPath(new URL("../../bin/comms", import.meta.url));

let world: World;
beforeAll(async () => {
  world = await startWorld({ watch: false });
}, 60_000);
afterAll(() => world.close());

describe("comms run", () => {
  it("works on, and ends in order, when nobody reads its stderr any more", { timeout: 60_000 }, async () => {
    const port = await freePort();
    const env = environmentWith({ ...world.env, COMMS_HTTP_PORT: String(port), COMMS_LOG_LEVEL: "silent" });
    const child = spawn(comms, ["run", "router"], { env, stdio: ["ignore", "ignore", "pipe"] });
    const exited = once(child, "exit");
    child.stderr.destroy();
    try {
      const ready = () => fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok);
      await expect.poll(() => ready().catch(() => false), { timeout: 30_000 }).toBe(true);
      child.kill("SIGTERM");
      expect(await exited).toEqual([0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("gives back what its start took of memory before it says that it is ready", { timeout: 60_000 }, async () => {
    const child = await world.start(["intake"], { COMMS_LOG_LEVEL: "silent" });
    const residentMb = () => Number(execFileSync("ps", ["-o", "rss=", "-p", String(child.pid)])) / 1_024;
    // Idle: 138 to 140 MB, and 174 to 199 where nothing is given back. The bound of a processor is 200.
    await expect.poll(residentMb, { timeout: 10_000 }).toBeLessThan(165);
    expect(residentMb()).toBeGreaterThan(50);
  });

  it("starts intake with intake's settings and no other, without the local stack's file", {
    timeout: 60_000,
  }, async () => {
    const own = await ownSettings();
    const child = spawn(comms, ["run", "intake"], {
      env: { ...own, COMMS_SES_RAET: "14" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const exited = once(child, "exit");
    const said = textOf(child.stderr);
    let heard = "";
    child.stderr.on("data", (part: Buffer) => {
      heard += part.toString();
    });
    try {
      const url = `http://127.0.0.1:${own["COMMS_HTTP_PORT"]}`;
      const readyLine = `ready: intake; probes at ${url}/readyz and ${url}/livez, metrics at ${url}/metrics\n`;
      await expect.poll(() => heard, { timeout: 30_000 }).toContain(readyLine);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      child.kill("SIGTERM");
      expect(await exited).toEqual([0, null]);
      expect(await said).toContain("COMMS_SES_RAET is set and is no setting of Carillon");
      expect(await said).not.toContain("COMMS_HTTP_PORT is set");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("names what each stage lacks before anything connects, and ends with 78", async () => {
    const { COMMS_BOOTSTRAP_SERVERS: _left, ...own } = await ownSettings();
    const child = spawn(comms, ["run", "intake", "sms-sender"], { env: own, stdio: ["ignore", "ignore", "pipe"] });
    const said = textOf(child.stderr);
    expect(await once(child, "exit")).toEqual([78, null]);
    for (const name of ["COMMS_BOOTSTRAP_SERVERS", "COMMS_REDIS_URL", "COMMS_TWILIO_AUTH_TOKEN"]) {
      expect(await said).toContain(`${name}: is not set`);
    }
    expect(await said).not.toMatch(/SES|FCM|UNSUBSCRIBE/);
    expect(await said).toContain("NODE_ENV is production");
  });
});

describe("comms run path and comms run sinks", () => {
  it("hosts everything in two processes, which call themselves by their groups", { timeout: 90_000 }, async () => {
    const lines: string[] = [];
    const start = async (group: string, port: string) => {
      const env = { ...world.env, COMMS_HTTP_PORT: port, COMMS_LOG_LEVEL: "silent" };
      return startStages([group], { env, onLine: (line) => lines.push(line) });
    };
    const children = await Promise.all([start("path", "0"), start("sinks", "0")]);
    try {
      expect((await fetch(`${world.gatewayUrl}/openapi.json`)).status).toBe(200);
      await expect.poll(() => lines.filter((line) => line.startsWith("ready: ")).length, { timeout: 10_000 }).toBe(2);
      const url = children.map(({ healthUrl }) => healthUrl);
      expect(lines).toContain(
        `ready: path; probes at ${url[0]}/readyz and ${url[0]}/livez, metrics at ${url[0]}/metrics`,
      );
      expect(lines).toContain(
        `ready: sinks; probes at ${url[1]}/readyz and ${url[1]}/livez, metrics at ${url[1]}/metrics`,
      );
      // A gateway counts what groups have not read that its process does not host, and tells the age of intake's alone.
      const metrics = async () => (await fetch(`${url[1]}/metrics`)).text();
      await expect.poll(metrics, { timeout: 20_000 }).toMatch(/comms_consumer_lag_records\{[^}]*group="comms\.router"/);
      await expect.poll(metrics, { timeout: 20_000 }).toMatch(/comms_consumer_lag_seconds\{[^}]*group="comms\.intake"/);
      const ages = [...(await metrics()).matchAll(/comms_consumer_lag_seconds\{[^}]*group="([^"]*)"/g)];
      const [told, hosted] = [new Set(ages.map(([, group]) => group)), processGroups.sinks.map(groupOf)];
      expect([...told].filter((group) => !hosted.includes(group ?? ""))).toEqual(["comms.intake"]);
    } finally {
      expect(await Promise.all(children.map((child) => child.stop()))).toEqual([0, 0]);
    }
  });
});

/** The environment of a machine that runs intake alone. In production no file of a stack is read. */
async function ownSettings(): Promise<Record<string, string>> {
  const { COMMS_BOOTSTRAP_SERVERS = "", COMMS_SCHEMA_REGISTRY_URL = "", COMMS_TOPIC_PREFIX = "" } = world.env;
  return {
    PATH: environmentWith()["PATH"] ?? "",
    NODE_ENV: "production",
    COMMS_BOOTSTRAP_SERVERS,
    COMMS_SCHEMA_REGISTRY_URL,
    COMMS_TOPIC_PREFIX,
    COMMS_HTTP_PORT: String(await freePort()),
    COMMS_LOG_LEVEL: "silent",
  };
}

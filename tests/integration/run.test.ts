import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
});

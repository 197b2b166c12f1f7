import { afterEach, describe, expect, it } from "vitest";
import { type Health, type HealthServer, startHealthServer } from "#shared/platform/http/health-server.ts";

let server: HealthServer | undefined;
afterEach(() => server?.close());

async function serving(health: Partial<Health>): Promise<(path: string) => Promise<Response>> {
  const whole = { live: () => undefined, ready: () => undefined, metrics: async () => "comms_x 1", ...health };
  server = await startHealthServer({ host: "127.0.0.1", port: 0, health: whole });
  return (path) => fetch(`${server?.url}${path}`);
}

describe("health over HTTP", () => {
  it("is 200 when all is well", async () => {
    const get = await serving({});
    expect((await get("/livez")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
  });

  it("is 503 with the reason when it is not, each for itself", async () => {
    const get = await serving({ ready: () => "router: it waits" });
    const answer = await get("/readyz");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe("router: it waits\n");
    expect((await get("/livez")).status).toBe(200);
  });

  it("says on further lines of /readyz what somebody should look at, and is no less ready for it", async () => {
    const get = await serving({ notes: () => ["comms.events-value has version 2"] });
    const answer = await get("/readyz");
    expect([answer.status, await answer.text()]).toEqual([200, "ok\ncomms.events-value has version 2\n"]);
    expect(await (await get("/livez")).text()).toBe("ok\n");
  });

  it("gives Prometheus its text, and nothing else to anybody", async () => {
    const get = await serving({});
    const metrics = await get("/metrics?x=1");
    expect(metrics.headers.get("content-type")).toContain("version=0.0.4");
    expect(await metrics.text()).toBe("comms_x 1\n");
    expect((await get("/admin")).status).toBe(404);
  });
});

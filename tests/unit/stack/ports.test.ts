import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertFree, choosePorts, keptPorts, nextBase, portsFrom, preferredBase } from "#stack/ports.ts";

const usual = [5432, 6379, 8080, 8081, 9092, 9093];

describe("the ports of a checkout", () => {
  it("prefers the same block for the same folder, whole and below the ports that systems hand out", () => {
    fc.assert(
      fc.property(fc.string(), (root) => {
        const ports = Object.values(portsFrom(preferredBase(root)));
        expect(preferredBase(root)).toBe(preferredBase(root));
        expect(new Set(ports).size).toBe(10);
        for (const port of ports) expect(port >= 20_000 && port < 32_768 && !usual.includes(port)).toBe(true);
      }),
    );
  });

  it("tries blocks that do not overlap, and begins again after the last", () => {
    expect(nextBase(20_000)).toBe(20_010);
    expect(nextBase(31_990)).toBe(20_000);
  });
});

describe("choosing ports", () => {
  let folder: string;
  let file: string;
  let squatter: Server;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "carillon-ports-"));
    file = join(folder, "ports.json");
    squatter = createServer();
  });

  afterEach(async () => {
    await new Promise((resolve) => squatter.close(resolve));
    await rm(folder, { recursive: true });
  });

  const squatOn = (port: number) => new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));

  it("passes over a block if one of its ports is taken", async () => {
    const first = await choosePorts(file, folder, undefined);
    await rm(file);
    await squatOn(first.redis);
    expect((await choosePorts(file, folder, undefined)).kafka).not.toBe(first.kafka);
  });

  it("keeps what was chosen, and yields to what is asked for", async () => {
    const chosen = await choosePorts(file, folder, undefined);
    expect(await keptPorts(file)).toEqual(chosen);
    expect(await choosePorts(file, "/elsewhere", undefined)).toEqual(chosen);
    expect((await choosePorts(file, folder, 24_680)).kafka).toBe(24_680);
    expect((await keptPorts(file))?.kafka).toBe(24_680);
  });

  it("refuses a taken port in a sentence with the port, the part and the way out", async () => {
    const ports = await choosePorts(file, folder, undefined);
    await squatOn(ports.postgres);
    await expect(assertFree(ports, ["redis"], file)).resolves.toBeUndefined();
    await expect(assertFree(ports, ["postgres"], file)).rejects.toMatchObject({
      code: "STACK_PORT_TAKEN",
      message: expect.stringMatching(new RegExp(`${ports.postgres} \\(postgres\\).*COMMS_STACK_PORT_BASE`)),
    });
  });
});

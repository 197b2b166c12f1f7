import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { checkoutRoot } from "#shared/platform/config/stack-config.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import { partNames } from "#stack/engine.ts";
import { killPart, stackStatus, startPart, startStack, stopStack } from "#stack/stack.ts";
import { addresses } from "#tests/support/addresses.ts";
import { type OwnStack, ownStack } from "#tests/support/own-stack.ts";

const topic = "walk.comms.events";
const subject = "walk.comms.events-value";

describe("a stack of its own folder, broken and mended", () => {
  let own: OwnStack;
  let at: Addresses;
  let schemaId: number;

  beforeAll(async () => {
    own = await ownStack();
    at = await startStack(own.options);
    schemaId = await registerSchema(at);
    await writeRecord(at);
    await sql(at, "create table walk (word text)");
    await sql(at, "insert into walk values ('kept')");
  });

  afterAll(() => own.remove());

  it("tells of each part when it is ready, and after how long", () => {
    const said = own.said().join("\n");
    for (const name of partNames) expect(said).toMatch(new RegExp(`${name} +ready after \\d+\\.\\d s`));
  });

  it("writes the addresses where everyone looks for them", async () => {
    const file = join(own.options.root, ".carillon", "stack.json");
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ ...at, checkout: checkoutRoot });
  });

  it("uses no port that the checkout's stack or a default installation has", () => {
    const ports = portsIn(at);
    expect(new Set(ports).size).toBe(7);
    for (const port of [...portsIn(addresses()), 5432, 6379, 8080, 9092]) expect(ports).not.toContain(port);
  });

  it("takes a second start for what it is", async () => {
    const before = await pids(own);
    expect(await startStack(own.options)).toEqual(at);
    expect(own.said()).toContain("the stack runs already");
    expect(await pids(own)).toEqual(before);
  });

  it("lets two starts at once end in one stack", async () => {
    await stopStack(own.options);
    const [one, two] = await Promise.all([startStack(own.options), startStack(own.options)]);
    expect(one).toEqual(two);
    expect(own.said().filter((line) => /^kafka +ready/.test(line))).toHaveLength(1);
  });

  it("still has log, schema id and table after a stop and a start", async () => {
    await stopStack(own.options);
    expect(await leftovers(own)).toEqual([]);
    expect((await stackStatus(own.options)).state).toBe("down");
    expect(await startStack(own.options)).toEqual(at);
    await expectKept(at, schemaId);
  });

  it.each(partNames)("still has them after a kill -9 of %s and a start of it", async (name) => {
    await killPart(own.options, name, "SIGKILL");
    expect((await stackStatus(own.options)).parts.find((part) => part.name === name)?.state).toBe("stopped");
    await startPart(own.options, name);
    expect((await stackStatus(own.options)).state).toBe("up");
    await expectKept(at, schemaId);
  });

  it("sees a part that lives and does not answer", async () => {
    await killPart(own.options, "redis", "SIGSTOP");
    expect((await stackStatus(own.options)).parts.find((part) => part.name === "redis")?.state).toBe("silent");
    await killPart(own.options, "redis", "SIGCONT");
    expect((await stackStatus(own.options)).state).toBe("up");
  });

  it("refuses a registry that is younger than the log, and leaves nothing running", async () => {
    await stopStack(own.options);
    await rm(join(own.options.root, ".carillon", "data", "registry"), { recursive: true });
    await expect(startStack(own.options)).rejects.toMatchObject({
      code: "STACK_REGISTRY_YOUNGER",
      message: expect.stringContaining("make clean"),
    });
    expect(await leftovers(own)).toEqual([]);
  });
});

/** The pids of processes that mention the stack's folder, but for this one. */
async function leftovers(own: OwnStack): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(own.options.root)) found.push(`${pid} ${line.replaceAll("\0", " ").slice(0, 80)}`);
  }
  return found;
}

async function pids(own: OwnStack): Promise<unknown[]> {
  return (await stackStatus(own.options)).parts.map((part) => part.pid);
}

function portsIn(at: Addresses): number[] {
  const urls = [at.registry.url, at.postgres.url, at.redis.url, at.gateway.url, at.simulator.url, at.simulator.smtp];
  return [`tcp://${at.kafka.bootstrap}`, ...urls].map((url) => Number(new URL(url).port));
}

async function registerSchema(at: Addresses): Promise<number> {
  const answer = await fetch(`${at.registry.url}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: JSON.stringify({ type: "enum", name: "Walk", symbols: ["UNKNOWN"] }) }),
  });
  return ((await answer.json()) as { id: number }).id;
}

async function writeRecord(at: Addresses): Promise<void> {
  const log = createKafkajsLog({ bootstrap: at.kafka.bootstrap, clientId: "stack-test" });
  await log.createTopics([{ topic, partitions: 1, config: {} }]);
  const producer = await log.producer();
  await producer.send([{ topic, key: "k", value: Buffer.from("kept") }]);
  await producer.close();
  await log.close();
}

async function sql(at: Addresses, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: at.postgres.url });
  await client.connect();
  try {
    return (await client.query<{ word: string }>(text)).rows;
  } finally {
    await client.end();
  }
}

async function expectKept(at: Addresses, schemaId: number): Promise<void> {
  const log = createKafkajsLog({ bootstrap: at.kafka.bootstrap, clientId: "stack-test" });
  const values: unknown[] = [];
  for await (const records of log.readToEnd([topic])) values.push(...records.map((record) => record.value?.toString()));
  await log.close();
  expect(values).toEqual(["kept"]);
  const answer = await fetch(`${at.registry.url}/schemas/ids/${schemaId}`);
  expect(await answer.json()).toMatchObject({ schema: expect.stringContaining("Walk") });
  expect(await sql(at, "select word from walk")).toEqual([{ word: "kept" }]);
}

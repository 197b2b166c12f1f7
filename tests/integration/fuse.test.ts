import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Accepted } from "#shared/contracts/records.ts";
import { deadLetterTopic } from "#shared/contracts/topics.ts";
import { appendAudit } from "#shared/control/audit/append-audit.ts";
import { liftFuse } from "#shared/control/fuses/lift-fuse.ts";
import { migrate } from "#shared/platform/postgres/migrate.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import { Host } from "#shared/runtime/process/host.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { createTestPlatform, startStage, type TestPlatform } from "#tests/support/platform.ts";

const processor: StageProcessor<Accepted, null> = {
  kind: "stage",
  name: "router",
  inputs: ["comms.accepted"],
  gather: async (batch) => batch.map(() => null),
  decide: () => ({ kind: "emit", outputs: [] }),
};

let bench: TestPlatform;

beforeAll(async () => {
  bench = await createTestPlatform();
  await migrate(bench.platform.postgres());
});

afterAll(() => bench.close());

/** The probes of a process that hosts the shell. */
function probesOf(shell: Shell) {
  const hosted = { name: "router", start: async () => {}, stop: async () => {}, state: () => shell.state() };
  const host = new Host([hosted], bench.platform.telemetry.metrics);
  return host.start().then(() => host.health);
}

async function setAside(): Promise<number> {
  const topic = bench.platform.prefix + deadLetterTopic("router");
  const ends = await bench.platform.log().offsets([topic]);
  return ends.reduce((sum, { high }) => sum + high, 0);
}

describe("a fuse on the real log", () => {
  it("stays blown over a restart, and is lifted with a row in the audit", { timeout: 60_000 }, async () => {
    const { platform } = bench;
    const fuses = createFuseTopic({ log: platform.log(), codec: platform.codec(), prefix: platform.prefix });
    const crashes: unknown[] = [];
    const start = () => startStage(platform, { processor }, (error) => crashes.push(error));
    const producer = await platform.log().producer();
    const garbage = Array.from({ length: 30 }, (_, i) => ({
      topic: `${platform.prefix}comms.accepted`,
      key: `default/u${i}`,
      value: Buffer.from("{}"),
    }));

    const first = await start();
    await producer.send(garbage);
    await vi.waitFor(() => expect(first.state().why).toMatch(/fuse is blown/), 20_000);
    await vi.waitFor(async () => expect((await fuses.read()).get("router")?.state).toBe("BLOWN"), 10_000);
    const probes = await probesOf(first);
    expect([probes.live(), probes.ready()]).toEqual([undefined, expect.stringContaining("comms fuse lift router")]);
    await first.stop(5_000);
    const before = await setAside();

    const second = await start();
    expect((await probesOf(second)).ready()).toMatch(/fuse is blown since/);
    expect(await setAside()).toBe(before);

    const request = { stage: "router", actor: "nora", reason: "schema registered", now: platform.clock.now() };
    const audit = (entry: Parameters<typeof appendAudit>[1]) => appendAudit(platform.postgres(), entry);
    await liftFuse(request, { read: () => fuses.read(), write: (fuse) => fuses.write(fuse), audit });
    await vi.waitFor(() => expect(second.state()).toMatchObject({ ready: true }), 20_000);
    await second.stop(5_000);
    expect(crashes).toEqual([]);
  });

  it("leaves a chain of rows that an edit would break", async () => {
    const pool = bench.platform.postgres();
    const entry = {
      tenantId: "default",
      actor: "nora",
      action: "fuse.lift",
      target: { stage: "feedback" },
      before: null,
      after: null,
    };
    await Promise.all([1, 2, 3].map((at) => appendAudit(pool, { ...entry, reason: `${at}`, at })));
    const { rows } = await pool.query<{ prev_hash: string | null; hash: string }>(
      "select prev_hash, hash from comms_audit order by seq",
    );
    expect(rows.map((row) => row.prev_hash)).toEqual([null, ...rows.slice(0, -1).map((row) => row.hash)]);
    expect(new Set(rows.map((row) => row.hash)).size).toBe(rows.length);
  });
});

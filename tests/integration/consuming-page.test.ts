import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decidedStatus } from "#processors/projector/core/decided-status.ts";
import type { Decision, Feedback, Status, Verdict } from "#shared/contracts/records.ts";
import { reasons } from "#shared/domain/message/reason.ts";
import { lattice, merge } from "#shared/domain/status/status.ts";
import { addresses } from "#tests/support/addresses.ts";
import { findForeignClient } from "#tests/support/foreign-client.ts";
import { freshSeed } from "#tests/support/fresh-seed.ts";
import { createTestPlatform, type TestPlatform } from "#tests/support/platform.ts";
import { createSampleShell, shellBlock } from "#tests/support/sample-tools.ts";
import { seeded } from "#tests/support/seeded.ts";

const python = findForeignClient();
const seed = freshSeed();
const verdicts: readonly Verdict[] = ["PASS", "BYPASS", "DEFER", "HOLD", "DIGEST", "DROP"];
const statuses = Object.keys(lattice) as readonly Status[];
const examples = new URL("../../schemas/examples/", import.meta.url);
const readExample = (path: string): unknown => JSON.parse(readFileSync(new URL(path, examples), "utf8"));

let bench: TestPlatform;

beforeAll(async () => {
  bench = await createTestPlatform();
}, 60_000);
afterAll(() => bench?.close());

test.skipIf(python === undefined)(
  `the page's Python reader merges any decisions and reports as the projector does (seed ${seed})`,
  async () => {
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const [decision, report] = [
      readExample("comms.decisions/dropped.json") as Decision,
      readExample("comms.feedback/sent.json") as Feedback,
    ];
    const expected = new Map<string, Status>();
    const records = Array.from({ length: 400 }, (_, n) => {
      const msg_id = `m${Math.floor(random() * 350)}`;
      const isDecision = random() < 0.8;
      const verdict = pick(verdicts);
      const reason = verdict === "DROP" ? pick(Object.keys(reasons)) : null;
      const status = isDecision ? decidedStatus({ verdict, reason }) : pick(statuses);
      expected.set(msg_id, merge(expected.get(msg_id) ?? "UNKNOWN", status));
      const value = isDecision ? { ...decision, verdict, reason } : { ...report, status, reason: null };
      const topic = isDecision ? "comms.decisions" : "comms.feedback";
      const bytes = bench.platform.codec().encode(topic, { ...value, msg_id, recorded_at: value.recorded_at + n });
      return { topic: bench.platform.prefix + topic, key: `default/u${n % 7}`, value: bytes };
    });
    const producer = await bench.platform.log().producer();
    await producer.send(records);
    await producer.close();
    const lines = (await readByPage()).map((line) => line.split(" "));
    expect(new Map(lines.map(([msgId, , status]) => [msgId, status]))).toEqual(expected);
  },
);

/** What the page's own sample prints. */
async function readByPage(): Promise<readonly string[]> {
  const { kafka, registry } = addresses();
  const env = {
    COMMS_BOOTSTRAP_SERVERS: kafka.bootstrap,
    COMMS_SCHEMA_REGISTRY_URL: registry.url,
    COMMS_TOPIC_PREFIX: bench.platform.prefix,
  };
  const shell = createSampleShell({ folder: tmpdir(), env, python });
  return (await shell.run(shellBlock("docs/consuming.md", "read_messages.py"))).trim().split("\n");
}

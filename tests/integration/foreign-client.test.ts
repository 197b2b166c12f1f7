import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { assemble as assembleIntake } from "#processors/intake/main.ts";
import { assemble as assembleMaterializer } from "#processors/materializer/main.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Event, Profile, Suppression, Token } from "#shared/contracts/records.ts";
import { schemaVersions } from "#shared/contracts/schema-files.ts";
import { deadLetterTopic, type TopicName } from "#shared/contracts/topics.ts";
import { personKey } from "#shared/domain/message/id.ts";
import { suppressionKey, tokenKey } from "#shared/domain/message/record-keys.ts";
import { partitionOfKey } from "#shared/platform/kafka/partitioner.ts";
import { provision } from "#shared/platform/provisioning/provision.ts";
import type { Shell } from "#shared/runtime/shell/shell.ts";
import { addresses } from "#tests/support/addresses.ts";
import { type ForeignRecord, findForeignClient, writeForeign } from "#tests/support/foreign-client.ts";
import { blocksOf, filledIn } from "#tests/support/page-blocks.ts";
import { createTestPlatform, produce, recordsOf, startStage, type TestPlatform } from "#tests/support/platform.ts";
import { createSampleShell, type SampleShell, samplesFolder, shellBlock } from "#tests/support/sample-tools.ts";

const python = findForeignClient();
const people = Array.from({ length: 12 }, (_, n) => `person-${n}`);
const refs = people.map((userId) => ({ tenantId: "default", userId }));
const documented = { partitioner: "murmur2_random" } as const;
const pinned = { "auto.register.schemas": false };
const placeOf = (key: string) => partitionOfKey(Buffer.from(key), 6);

const head = { tenant_id: "default" };
const profileOf = (user_id: string, value: Partial<Profile> = {}): Profile => ({
  ...head,
  user_id,
  email: `${user_id}@example.com`,
  phone: null,
  locale: null,
  accept_language: null,
  city: null,
  tz: null,
  updated_at: 1_790_000_000_000,
  ...value,
});
const suppressionOf = (user_id: string): Suppression => ({
  ...head,
  suppression_id: `s-${user_id}`,
  channel: "EMAIL",
  address_hash: `v1:dev:${user_id}`,
  reason: "MANUAL",
  origin: "ADMIN",
  scope: "all",
  evidence: "",
  msg_id: null,
  created_at: 1_790_000_000_000,
});

let bench: TestPlatform;
const shells: Shell[] = [];
const crashes: unknown[] = [];

describe.skipIf(python === undefined)("a Python client with confluent-kafka", () => {
  beforeAll(async () => {
    bench = await createTestPlatform();
    const runnables = [await assembleMaterializer(bench.platform, bench.config), await assembleIntake(bench.platform)];
    for (const runnable of runnables)
      shells.push(await startStage(bench.platform, runnable, (error) => crashes.push(error)));
    await eventually(async () => void (await bench.platform.views().persons(refs)));
  }, 120_000);

  afterAll(async () => {
    for (const shell of shells) await shell.stop(2_000);
    await bench?.close();
    expect(crashes).toEqual([]);
  });

  describeTombstones();
  describeKeys();
  describePages();
  describeSchemas();
});

function describeTombstones(): void {
  describe.each<[string, (user: string) => Promise<Written>, (user: string) => Promise<boolean>]>([
    ["an erasure", introduce, isKnown],
    ["a lift", suppress, isSuppressed],
    ["a token's removal", register, hasToken],
  ])("%s", (name, write, isThere) => {
    const tombstones = async (users: readonly string[], extra: Partial<ForeignRecord>) => {
      const written = await Promise.all(users.map(write));
      await eventually(async () => expect(await Promise.all(users.map(isThere))).toEqual(users.map(() => true)));
      const answers = foreign(written.map(({ topic, key }) => ({ topic, key, value: null, ...extra })));
      return written.map(({ topic, key }, at) => ({ topic, key, partition: answers[at]?.partition }));
    };

    test("holds with the documented setting", async () => {
      const users = people.map((user) => `${user}-${name.length}`);
      const written = await tombstones(users, documented);
      expect(written.map(({ partition }) => partition)).toEqual(written.map(({ key }) => placeOf(key)));
      await eventually(async () => expect(await Promise.all(users.map(isThere))).toEqual(users.map(() => false)));
    });

    test("holds or is a dead letter with the client's defaults, never neither", async () => {
      const users = people.map((user) => `${user}-default-${name.length}`);
      const written = await tombstones(users, {});
      const isMisplaced = written.map(({ key, partition }) => partition !== placeOf(key));
      expect(isMisplaced.filter(Boolean).length).toBeGreaterThan(3);
      await eventually(async () => {
        const dead = await deadKeys("materializer");
        expect(written.map(({ key }) => dead.includes(key))).toEqual(isMisplaced);
        expect(await Promise.all(users.map(isThere))).toEqual(isMisplaced);
      });
    });
  });
}

function describeKeys(): void {
  test("a tombstone of ours goes to the partition of the token that the client has registered as documented [PSH-03]", async () => {
    const token = tokenOf("owner");
    const key = tokenKey(token);
    const topic = `${bench.platform.prefix}comms.tokens`;
    foreign([{ topic, key, value: token, schema: newest("Token"), settings: pinned, ...documented }]);
    await eventually(async () => expect(await hasToken("owner")).toBe(true));
    const producer = await bench.platform.log().producer();
    const [position] = await producer.send([{ topic, key, value: null }]);
    await producer.close();
    expect(position?.partition).toBe(placeOf(key));
    await eventually(async () => expect(await hasToken("owner")).toBe(false));
  });

  test("a profile under another's key, or under a key without tenant, changes nobody and is a dead letter", async () => {
    await introduce("victim");
    await eventually(async () => expect(await isKnown("victim")).toBe(true));
    const topic = `${bench.platform.prefix}comms.profiles`;
    const as = { topic, schema: newest("Profile"), settings: pinned, ...documented };
    foreign([
      { ...as, key: "default/victim", value: profileOf("attacker") },
      { ...as, key: "attacker", value: profileOf("attacker") },
    ]);
    await eventually(async () => {
      const dead = await deadKeys("materializer");
      expect(dead.filter((key) => key === "default/victim" || key === "attacker")).toHaveLength(2);
    });
    const { value } = await bench.platform.views().persons([{ tenantId: "default", userId: "victim" }]);
    expect(value[0]?.profile?.email).toBe("victim@example.com");
    expect(await isKnown("attacker")).toBe(false);
  });
}

/** What the front page and docs/producing.md show, as they stand there: only addresses and ids are put in. */
function describePages(): void {
  let folder: string;
  let shell: SampleShell;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "carillon-pages-"));
    const env = {
      COMMS_BOOTSTRAP_SERVERS: addresses().kafka.bootstrap,
      COMMS_SCHEMA_REGISTRY_URL: addresses().registry.url,
      COMMS_TOPIC_PREFIX: bench.platform.prefix,
      PYTHONPATH: samplesFolder,
    };
    shell = createSampleShell({ folder, env, python });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const writeEvent = async (cause: string) => {
    const block = shellBlock("README.md", "cat > event.json");
    await shell.run(filledIn(block, { bk_5H8R: cause }).replace(/^curl .*$/m, ""));
  };
  const isAccepted = async (cause: string) =>
    eventually(async () => {
      const accepted = await recordsOf(bench.platform, "comms.accepted");
      expect(accepted.filter(({ value }) => value.cause_ref === cause)).toHaveLength(2);
    });

  test("the front page's client produces its event", async () => {
    await writeEvent("bk_page");
    await shell.run(shellBlock("README.md", "produce.py").split("\n").at(-1) ?? "");
    await isAccepted("bk_page");
  });

  test("so it does with a schema pinned, as docs/producing.md has it", async () => {
    await writeEvent("bk_pinned");
    const [pinnedSchema = ""] = blocksOf("docs/producing.md", "python").filter((one) => one.startsWith("schema = "));
    const imports = "from confluent_kafka.schema_registry.avro import AvroSerializer\nfrom connection import registry";
    const sample = await readFile(join(samplesFolder, "produce.py"), "utf8");
    const whole = filledIn(sample, { "avro = serializer()": `${imports}\n${pinnedSchema}` });
    await writeFile(join(folder, "pinned.py"), whole);
    await shell.run(`.cache/python/bin/python ${join(folder, "pinned.py")} event.json`);
    await isAccepted("bk_pinned");
  });
}

function describeSchemas(): void {
  test("a schema of the client's own is refused aloud, and so is one that took it for the newest", async () => {
    const topic = `${bench.platform.prefix}comms.events`;
    const without = JSON.parse(newest("Event")) as { fields: { name: string }[] };
    without.fields = without.fields.filter(({ name }) => name !== "expires_at");
    const wanted = (ref: string, extra: Partial<ForeignRecord>) => {
      const { value, key } = eventOf(ref);
      return { topic, key, value, ...extra };
    };
    foreign([
      wanted("own-schema", { schema: JSON.stringify(without) }),
      wanted("latest", { settings: { ...pinned, "use.latest.version": true } }),
      wanted("pinned", { schema: newest("Event"), settings: pinned }),
    ]);
    await eventually(async () => {
      const rejected = (await recordsOf(bench.platform, "comms.rejected")).map(({ value }) => value);
      expect(rejected.map(({ cause_ref }) => cause_ref).sort()).toEqual(["latest", "own-schema"]);
      for (const { reason, faults } of rejected) {
        expect(reason).toBe("COMMS_INVALID_EVENT");
        expect(faults[0]).toMatch(/^The schema with the id \d+ .* is no released version of Event/);
      }
      const accepted = await recordsOf(bench.platform, "comms.accepted");
      expect(accepted.map(({ value }) => value.cause_ref)).toContain("pinned");
    });
    const { log, registry, prefix } = bench.platform;
    const { foreignVersions } = await provision({ log: log(), registry: registry(), prefix });
    expect(foreignVersions).toMatchObject([{ topic: "comms.events" }]);
    expect(shells.map((shell) => shell.state().ready)).toEqual([true, true]);
  });

  test("the runbook's command takes it away", async () => {
    const { log, registry, prefix } = bench.platform;
    const provisioned = () => provision({ log: log(), registry: registry(), prefix });
    const [version = 0] = (await provisioned()).foreignVersions.flatMap(({ versions }) => versions);
    const [remove = ""] = blocksOf("docs/runbooks/foreign-records.md", "sh");
    const script = filledIn(remove, {
      "comms.events-value/versions/3": `${prefix}comms.events-value/versions/${version}`,
      $COMMS_SCHEMA_REGISTRY_URL: addresses().registry.url,
    });
    expect(spawnSync("sh", ["-ec", script]).status).toBe(0);
    expect((await provisioned()).foreignVersions).toEqual([]);
  });
}

interface Written {
  readonly topic: string;
  readonly key: string;
}

/** In one line, as docs/producing.md has it: Apicurio looks a schema up by its text. */
function newest(record: string): string {
  return JSON.stringify(JSON.parse(schemaVersions(record).at(-1) ?? ""));
}

function tokenOf(user_id: string): Token {
  const at = 1_790_000_000_000;
  const device = { device_id: "phone", platform: "ANDROID", token: `t-${user_id}`, locale: null } as const;
  return { ...head, user_id, ...device, last_seen: at, invalid_attempts: 0, updated_at: at };
}

function eventOf(cause_ref: string): { readonly key: string; readonly value: Event } {
  const payload = JSON.stringify({ request_id: cause_ref, code: "402913", minutes_valid: 10 });
  const value = {
    ...head,
    event_id: null,
    name: "security.code_requested",
    source: "python",
    cause_ref,
    correlation_id: null,
    occurred_at: Date.now(),
    actors: [{ role: "user", user_id: "u" }],
    payload,
    category: null,
    priority: "NORMAL",
    expires_at: null,
  } as unknown as Event;
  return { key: `default/${cause_ref}`, value };
}

async function introduce(user: string): Promise<Written> {
  return writeOwn("comms.profiles", personKey("default", user), profileOf(user));
}

async function suppress(user: string): Promise<Written> {
  const value = suppressionOf(user);
  return writeOwn("comms.suppression", suppressionKey(value), value);
}

async function register(user: string): Promise<Written> {
  const value = tokenOf(user);
  return writeOwn("comms.tokens", tokenKey(value), value);
}

async function writeOwn(topic: TopicName, key: string, value: object): Promise<Written> {
  await produce(bench.platform, topic, { key, value: value as never });
  return { topic: bench.platform.prefix + topic, key };
}

async function isKnown(userId: string): Promise<boolean> {
  const { value } = await bench.platform.views().persons([{ tenantId: "default", userId }]);
  return value[0]?.profile !== null;
}

async function hasToken(userId: string): Promise<boolean> {
  const { value } = await bench.platform.views().persons([{ tenantId: "default", userId }]);
  return (value[0]?.tokens.length ?? 0) > 0;
}

async function isSuppressed(user: string): Promise<boolean> {
  const addressHash = suppressionOf(user).address_hash;
  const { value } = await bench.platform.views().suppressions([{ tenantId: "default", channel: "EMAIL", addressHash }]);
  return (value[0]?.length ?? 0) > 0;
}

async function deadKeys(stage: string): Promise<readonly string[]> {
  const records: InRecord[] = [];
  const topic = bench.platform.prefix + deadLetterTopic(stage);
  for await (const run of bench.platform.log().readToEnd([topic])) records.push(...run);
  return records.map(({ key }) => String(key));
}

/** Writes as the client does; it must raise no error. */
function foreign(records: readonly ForeignRecord[]) {
  const { kafka, registry } = addresses();
  const answers = writeForeign(python ?? "", { bootstrap: kafka.bootstrap, registry: registry.url }, records);
  expect(answers.flatMap(({ error }) => error ?? [])).toEqual([]);
  return answers;
}

function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 30_000, interval: 200 });
}

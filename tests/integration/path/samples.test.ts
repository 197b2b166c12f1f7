import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { zoneWhereItIs } from "#cli/demo/people.ts";
import { deadLetterTopic } from "#shared/contracts/topics.ts";
import { partitionOfKey } from "#shared/platform/kafka/partitioner.ts";
import { findForeignClient } from "#tests/support/foreign-client.ts";
import {
  createSampleShell,
  findJars,
  findKcatFolder,
  type SampleShell,
  shellBlock,
} from "#tests/support/sample-tools.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { everything, startWorld, type World } from "#tests/support/world.ts";

/** What docs/producing.md and the pages beside it have their reader type, as it stands there, where all of Carillon runs. */

const page = "docs/producing.md";
const python = findForeignClient();
const jars = findJars();
const kcatFolder = findKcatFolder();
/** So many that a client with another partitioner cannot agree by chance. */
const eventsEach = 8;
const reader = "reader-1";
/** A time to send at that means now; each sample must bring it into its record all the same. */
const timeOver = "2026-01-01T00:00:00Z";

let world: World;
let shell: SampleShell;

beforeAll(async () => {
  world = await startWorld();
  await world.start(everything);
  const { folder, env } = world;
  shell = createSampleShell({ folder, env, python, jars, kcatFolder });
  await world.introduce([aPerson(reader)]);
}, 120_000);
afterAll(() => world?.close());

test.skipIf(python === undefined)(
  "the steps for Python lead from a person to their mail, and `comms why` tells of it",
  async () => {
    await shell.run(shellBlock(page, "user=ada-1 cause=ch-1\n.cache"));
    await shell.run(shellBlock(page, "cat > event.json"));
    const [produce = "", why = ""] = shellBlock(page, "produce.py event.json").split("\n");
    expect(await shell.run(produce)).toMatch(/^written to \S+comms\.events, partition \d, offset \d\n$/);
    await untilMailed("ada-1", ["ch-1"]);
    const told = async () =>
      (await shell.run(why)).startsWith("The email charge_receipt for ch-1 was delivered by ses.");
    await eventually(told, "`comms why` to tell of the mail", { ms: 20_000, pollMs: 250 });
  },
);

describe("a sample's events become mails, each once", () => {
  test.skipIf(python === undefined)("the Python sample, with another partitioner than Carillon's", async () => {
    await mailsOf("python", shellBlock(page, "produce.py event.json").split("\n")[0] ?? "");
    expect(misplaced("sample-python")).toBeGreaterThan(0);
  });

  test("the TypeScript sample, with Carillon's partitioner", async () => {
    await mailsOf("typescript", shellBlock(page, "produce.ts event.json"));
    expect(misplaced("sample-typescript")).toBe(0);
  });

  test.skipIf(jars === undefined)("the Java sample, with Carillon's partitioner", async () => {
    const [, run = ""] = shellBlock(page, "Produce.java event.json").split("\n");
    await mailsOf("java", run);
    expect(misplaced("sample-java")).toBe(0);
  });

  test.skipIf(python === undefined || kcatFolder === undefined)("the kcat sample", async () => {
    const [file] = await eventFiles("kcat", 1);
    await shell.run(shellBlock(page, "kcat.sh -P"), { "event.json": file ?? "", "cause=ch-1": "cause=kcat-1" });
    await untilMailed(reader, ["kcat-1"]);
    expect(sentBy("sample-kcat").map(({ key }) => key)).toEqual(["default/kcat-1"]);
  });

  test("the curl sample, which then says what became of its event", async () => {
    const [file] = await eventFiles("curl", 1);
    const values = { "event.json": file ?? "", "cause_ref=ch-1": "cause_ref=curl-1" };
    const [, produce = "", ask = ""] = shellBlock(page, "key create --name me").split("\n");
    const withKey = await shellWithKey(values);
    expect(JSON.parse(await withKey(produce))).toEqual({ event_id: expect.any(String) });
    await untilMailed(reader, ["curl-1"]);
    const answer = async () =>
      JSON.parse(await withKey(ask)) as { readonly messages: readonly { readonly status: string }[] };
    const isDelivered = async () => (await answer()).messages.some(({ status }) => status === "delivered");
    await eventually(isDelivered, "the API to say that the mail was delivered", { ms: 20_000, pollMs: 250 });
  });

  test("the lines for a batch, for what became of it, and for the catalog", async () => {
    const [file = ""] = await eventFiles("batch", 1);
    const [produce = "", ask = "", list = ""] = shellBlock(page, "/v1/events/batch").split("\n");
    const withKey = await shellWithKey({ "event.json": file, bk_5H8R: "batch-1" });
    expect(JSON.parse(await withKey(produce))).toMatchObject({ accepted: 1, refused: 0 });
    await untilMailed(reader, ["batch-1"]);
    await eventually(async () => (await withKey(ask)).includes("charge_receipt"), "the API to know the mail", 20_000);
    expect(JSON.parse(await withKey(list))).toMatchObject({ events: [{ name: "booking.confirmed" }] });
  });

  test("and the two lines that cancel end what waits for tomorrow", async () => {
    const files = await eventFiles("cancelled", 2, new Date(Date.now() + 86_400_000).toISOString());
    const [produce = ""] = shellBlock(page, "/v1/events/batch").split("\n");
    const lines = shellBlock("docs/scheduling-and-cancelling.md", "bin/comms cancel").split("\n");
    const endsOf = (cause: string) =>
      world.watch.of("comms.decisions").flatMap(({ cause_ref, reason }) => (cause_ref === cause ? [reason] : []));
    for (const [n, line] of lines.entries()) {
      const cause = `cancelled-${n + 1}`;
      const withKey = await shellWithKey({ "event.json": files[n] ?? "", bk_5H8R: cause });
      await withKey(produce);
      await eventually(() => endsOf(cause).includes("COMMS_SCHEDULED"), `${cause} to wait`, 20_000);
      await withKey(line);
      await eventually(() => endsOf(cause).includes("COMMS_CANCELLED"), `${cause} to end`, 20_000);
    }
    expect(lines).toHaveLength(2);
  });

  test("and what comes of them is in the trace that the producer began", () => {
    const begun = ["python", "typescript", "java"].flatMap((name) => sentBy(`sample-${name}`));
    const accepted = new Map(world.watch.records("comms.accepted").map((seen) => [causeOf(seen.value), traceOf(seen)]));
    for (const event of begun) expect(accepted.get(causeOf(event.value))).toBe(traceOf(event));
    expect(begun.length).toBeGreaterThanOrEqual(eventsEach);
  });

  test("and their records have the time at which they are to be sent", () => {
    const begun = ["python", "typescript", "java", "kcat"].flatMap((name) => sentBy(`sample-${name}`));
    const timed = begun.filter(({ key }) => key !== "default/ch-1");
    const times = timed.map(({ value }) => (value as { readonly send_at: unknown }).send_at);
    expect(new Set(times)).toEqual(new Set([Date.parse(timeOver)]));
  });
});

test.skipIf(python === undefined)("the page's other person is told as the page says, and is erased", async () => {
  const zone = zoneWhereItIs(12, Date.now());
  await shell.run(shellBlock(page, "--device"), { "Europe/Paris": zone });
  const person = async () =>
    (await world.platform.views().persons([{ tenantId: "default", userId: "ada-2" }])).value[0];
  const isWhole = async () => (await person())?.preference !== null && (await person())?.consents.length === 2;
  await eventually(isWhole, "the views to know all of the person", 20_000);
  await world.produceEvents(createEventFactory("samples").booking({ buyer: "ada-2", seller: reader }, Date.now()));
  const ends = () =>
    [...world.watch.of("comms.decisions"), ...world.watch.of("comms.feedback")]
      .filter(({ user_id }) => user_id === "ada-2")
      .flatMap((record) => ("verdict" in record ? dropOf(record) : [`${record.channel} ${record.status}`]));
  const wanted = ["EMAIL COMMS_PREF_BLOCKED", "INAPP SENT", "PUSH SENT", "SMS SENT"];
  await eventually(() => wanted.every((end) => ends().includes(end)), "each channel's end", 20_000);
  await shell.run(shellBlock(page, "erase.py"));
  await eventually(async () => (await person())?.profile === null, "the erasure", 20_000);
});

test.skipIf(python === undefined)("a reader of decisions and reports prints each message with its status", async () => {
  const lines = async () => (await shell.run(shellBlock("docs/consuming.md", "read_messages.py"))).split("\n");
  const isThere = async () => (await lines()).some((line) => / charge_receipt DELIVERED - /.test(line));
  await eventually(isThere, "a delivered message among what the sample prints", { ms: 20_000, pollMs: 250 });
});

test("a dead letter is shown by Kafka's own reader, with key and headers", async () => {
  const headers = { ce_source: Buffer.from("sample-garbage") };
  await world.write([
    { topic: `${world.prefix}comms.events`, key: "default/bad", value: Buffer.from("garbage"), headers },
  ]);
  const topic = deadLetterTopic("intake");
  await world.watch.until(() => world.watch.records(topic).length > 0, "the dead letter", 20_000);
  const printed = await shell.run(shellBlock("docs/operating.md", "ConsoleConsumer"), {
    [topic]: `${world.prefix}${topic}`,
  });
  expect(printed).toContain("__connect.errors.exception.message:The value does not begin with the magic byte 0\n");
  expect(printed).toContain("ce_source:sample-garbage\n");
  expect(printed).toMatch(/\tdefault\/bad\tgarbage\n$/);
});

describe("what the operator's page has them type", () => {
  const operating = "docs/operating.md";
  const lineOf = (text: string) =>
    shellBlock(operating, text)
      .split("\n")
      .find((line) => line.includes(text)) ?? "";

  test("shows every stage, and one by its partitions", async () => {
    const status = await shell.run(lineOf("bin/comms status"));
    for (const stage of ["intake", "router", "renderer", "email-sender", "feedback", "projector"])
      expect(status).toContain(`comms.${stage}`);
    expect(await shell.run(lineOf("bin/comms group describe"))).toContain("comms.accepted");
  });

  test("lists the fuses, of which none is blown", async () => {
    expect(await shell.run(lineOf("bin/comms fuse list"))).not.toContain("blown");
  });

  test("tells each message of a person", async () => {
    const told = await shell.run(lineOf("bin/comms why"), { usr_42: reader });
    expect(told).toContain("The email charge_receipt for curl-1 was delivered by ses.");
  });

  test("grows a topic whose readers have read it", async () => {
    await shell.run(lineOf("bin/comms topic grow"));
    const at = await world.platform.log().offsets([`${world.prefix}comms.events`]);
    expect(at).toHaveLength(12);
  });
});

/** Produces events by a sample, in one call, and waits until each has become a mail of the reader's, and only one. */
async function mailsOf(name: string, script: string): Promise<void> {
  await shell.run(script, { "event.json": (await eventFiles(name, eventsEach)).join(" ") });
  await untilMailed(
    reader,
    Array.from({ length: eventsEach }, (_, n) => `${name}-${n + 1}`),
  );
}

/** Runs lines of a page with a new key, and with what a reader puts in. */
async function shellWithKey(values: Readonly<Record<string, string>>): Promise<(line: string) => Promise<string>> {
  const [create = ""] = shellBlock(page, "key create --name me").split("\n");
  const key = await shell.run(`${create}\nprintf %s "$key"`);
  return (line) => shell.run(`key=${key}\n${line}`, valuesIn(line, values));
}

/** The page's own event, some times over, each with a cause of its own: `<name>-1` and on. */
async function eventFiles(name: string, count: number, sendAt = timeOver): Promise<readonly string[]> {
  const files: string[] = [];
  for (let n = 1; n <= count; n++) {
    const file = join(world.folder, `${name}-${n}.event`);
    const values = {
      "user=ada-1 cause=ch-1": `user=${reader} cause=${name}-${n}`,
      "event.json": file,
      '"occurred_at"': `"send_at": "${sendAt}", "occurred_at"`,
    };
    await shell.run(shellBlock(page, "cat > event.json"), values);
    files.push(file);
  }
  return files;
}

/** Waits until the provider has taken one mail to a person for each of these causes. */
async function untilMailed(user: string, causes: readonly string[]): Promise<void> {
  const found = async () => {
    const entries = await world.ledger({ recipient: `${user}@example.com`, outcome: "accepted" });
    const causeById = new Map(world.watch.of("comms.decisions").map(({ msg_id, cause_ref }) => [msg_id, cause_ref]));
    return entries.map(({ msg_id = "" }) => causeById.get(msg_id)).filter((cause) => causes.includes(cause ?? ""));
  };
  await eventually(async () => (await found()).length >= causes.length, `mails for ${causes.join()}`, 30_000);
  expect((await found()).toSorted()).toEqual(causes.toSorted());
}

function sentBy(source: string) {
  return world.watch.records("comms.events").filter(({ record }) => String(record.headers["ce_source"]) === source);
}

/** How many of a sample's events do not lie where Carillon's partitioner puts their key. */
function misplaced(source: string): number {
  const sent = sentBy(source);
  expect(sent.length).toBeGreaterThanOrEqual(eventsEach);
  return sent.filter(({ key, record }) => record.partition !== partitionOfKey(Buffer.from(key), 6)).length;
}

function causeOf(value: unknown): unknown {
  return (value as { readonly cause_ref: unknown }).cause_ref;
}

function traceOf({ record }: ReturnType<typeof sentBy>[number]): string | undefined {
  return String(record.headers["traceparent"]).split("-")[1];
}

function valuesIn(text: string, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([shown]) => text.includes(shown)));
}

function dropOf({ channel, verdict, reason }: { channel: string; verdict: string; reason: string | null }) {
  return verdict === "DROP" ? [`${channel} ${reason}`] : [];
}

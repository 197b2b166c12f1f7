import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory, type EventFactory } from "#cli/demo/event-factory.ts";
import type { Event, Feedback } from "#shared/contracts/records.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { readsInGroup, stages } from "#shared/contracts/topics.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { framesOf } from "#shared/platform/artifacts/segment-frame.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import type { Seen } from "#tests/support/world/topic-watch.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const correlation = "corr-of-the-walk";
const trace = "0af7651916cd43dd8448eb211c80319c";
const channels = ["email", "push", "sms", "inapp"];

const contracts = topicContracts();
let world: World;
let child: WorldChild;
let eventFactory: EventFactory;
let booking: Event;

beforeAll(async () => {
  world = await startWorld();
  child = await world.start(everything, { COMMS_LOG_LEVEL: "debug" });
  eventFactory = createEventFactory("walk");
  await world.introduce([
    aPerson("ines", { phone: "+14155550101", push: true, sms: true }),
    aPerson("studio"),
    aPerson("prober", { phone: "+14155550102", push: true, sms: true }),
  ]);
  booking = { ...eventFactory.booking({ buyer: "ines", seller: "studio" }, Date.now()), correlation_id: correlation };
  const { topic, key, value } = {
    topic: `${world.prefix}comms.events`,
    key: `default/${booking.cause_ref}`,
    value: world.platform.codec().encode("comms.events", booking),
  };
  await world.write([{ topic, key, value, headers: { traceparent: Buffer.from(`00-${trace}-b7ad6b7169203331-01`) } }]);
  await world.watch.until(() => sent().length === 6, "four messages to the buyer and two to the seller", 60_000);
  await world.watch.until(() => delivered().length === 3, "the providers to have delivered", 60_000);
  await world.drained();
});
afterAll(() => world?.close());

/** The sender's reports on the booking. */
function sent(user?: string): readonly Feedback[] {
  return world.watch.of("comms.feedback").filter(({ origin, status, correlation_id, user_id }) => {
    return origin === "SENDER" && status === "SENT" && correlation_id === correlation && (!user || user_id === user);
  });
}

/** The providers' word on the booking: two mails and a text are delivered. */
function delivered(): readonly Feedback[] {
  return world.watch.of("comms.feedback").filter(({ origin, status, correlation_id }) => {
    return origin === "PROVIDER" && status === "DELIVERED" && correlation_id === correlation;
  });
}

type SeenRecord = Seen<Record<string, unknown>>;

/** Everything on the log that the booking led to, the event itself included. */
function ofTheWalk(): readonly SeenRecord[] {
  return world.watch.all().filter((seen): seen is SeenRecord => {
    return (seen.value as Record<string, unknown> | undefined)?.["correlation_id"] === correlation;
  });
}

/** The providers' callbacks come from outside, and begin a trace of their own. */
function fromOutside({ value }: SeenRecord): boolean {
  return value["origin"] === "PROVIDER";
}

function channelsOf(reports: readonly Feedback[]): readonly string[] {
  return reports.map(({ channel }) => channel.toLowerCase());
}

describe("one booking walks the whole way [CAN-02] [INT-02] [INT-03] [INT-05] [TST-02]", () => {
  test("and reaches the buyer on every channel, the seller on theirs, each once", async () => {
    expect(channelsOf(sent("ines")).toSorted()).toEqual(channels.toSorted());
    expect(channelsOf(sent("studio")).toSorted()).toEqual(["email", "inapp"]);
    const taken = (await world.ledger({ outcome: "accepted" })).map(
      (entry: CallEntry) => `${entry.channel} ${entry.recipient}`,
    );
    expect(taken.toSorted()).toEqual([
      "email ines@example.com",
      "email studio@example.com",
      "push token-ines",
      "sms +14155550101",
    ]);
  });

  test("the personas are resolved: buyer and seller get what is theirs [RTR-02] [INT-04]", () => {
    const accepted = world.watch
      .of("comms.accepted")
      .map(({ role, user_id, template_name }) => [role, user_id, template_name]);
    expect(accepted.toSorted()).toEqual([
      ["buyer", "ines", "booking_confirmed_buyer"],
      ["seller", "studio", "booking_confirmed_seller"],
    ]);
  });

  test("every decision on the way is a record with its gates [RTR-01] [RTR-03] [RTR-09]", () => {
    const decisions = world.watch.of("comms.decisions").filter(({ user_id }) => user_id === "ines");
    expect(decisions.map(({ channel, verdict }) => `${channel} ${verdict}`).toSorted()).toEqual([
      "EMAIL PASS",
      "INAPP PASS",
      "PUSH PASS",
      "SMS PASS",
    ]);
    for (const { trace: gates } of decisions) {
      expect(gates.map(({ gate }) => gate)).toEqual(
        expect.arrayContaining(["preference", "consent", "quiet_hours", "suppression", "dedupe"]),
      );
    }
  });

  test("the dedupe key is the payload's, on every record of every message [RTR-04] [DED-01] [DED-04]", () => {
    const keyed = ofTheWalk().filter(({ topic }) => topic !== "comms.events");
    const keys = new Set(keyed.map(({ value }) => `${String(value["user_id"])} ${String(value["dedupe_key"])}`));
    expect(keys).toEqual(
      new Set([`ines BOOKING:${booking.cause_ref}:confirmed`, `studio BOOKING:${booking.cause_ref}:confirmed:SELLER`]),
    );
  });

  test("the mail carries the headers that every mail must [EML-02]", async () => {
    const report = sent("ines").find(({ channel }) => channel === "EMAIL") as Feedback;
    const [entry] = await world.ledger({ msg_id: report.msg_id });
    const page = `${world.simulatorUrl}/page/messages/${entry?.call_id}`;
    const mail = (await (await fetch(page)).json()) as {
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    };
    const headers = new Map(mail.headers.map(({ name, value }) => [name.toLowerCase(), value]));
    expect(headers.get("x-template-name")).toBe("booking_confirmed_buyer");
    expect(headers.get("x-template-version")).toBe("1");
    expect(headers.get("message-id")).toBe(`<${report.provider_ref}@email.amazonses.com>`);
    expect(headers.get("x-comms-msg-id")).toBe(report.msg_id);
    expect(headers.get("list-unsubscribe")).toContain(`<${world.gatewayUrl}/unsubscribe/`);
    expect(await (await fetch(`${page}/html`)).text()).toContain("Portrait session in the old harbour");
  });
});

describe("what the walk leaves behind [CAN-13] [EML-03] [SMS-10]", () => {
  test("an artifact for each message, which only the key of its person opens", async () => {
    for (const { msg_id, user_id, artifact_ref } of sent()) {
      const owner = { tenantId: "default", userId: user_id, msgId: msg_id };
      const content = await world.platform.artifacts().get(owner, artifact_ref ?? "");
      expect(JSON.stringify(content)).toContain("Portrait session in the old harbour");
      const another = world.platform.artifacts().get({ ...owner, userId: "prober" }, artifact_ref ?? "");
      await expect(another).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    }
    const files = (await readdir(join(world.folder, "artifacts"), { recursive: true, withFileTypes: true })).filter(
      (file) => file.isFile(),
    );
    const names = new Set<string>();
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      expect(bytes.includes("Portrait session")).toBe(false);
      for (const { artifact } of framesOf(bytes)) names.add(artifact.name.split("/")[1] ?? "");
    }
    expect([...names].toSorted()).toEqual(
      sent()
        .map(({ msg_id }) => msg_id)
        .toSorted(),
    );
  });

  test("a row for each message, with its status, its key and its artifact [FBK-03]", async () => {
    const sql = "select * from comms_message where correlation_id = $1 order by user_id, channel";
    const { rows } = await world.platform.postgres().query<MessageRow>(sql, [correlation]);
    expect(rows.map(({ user_id, channel, status }) => `${user_id} ${channel} ${status}`)).toEqual([
      "ines email delivered",
      "ines inapp sent",
      "ines push sent",
      "ines sms delivered",
      "studio email delivered",
      "studio inapp sent",
    ]);
    for (const row of rows) {
      expect(row.dedupe_key).toMatch(/^BOOKING:/);
      expect(row.body_rendered_s3).toBe(sent().find(({ msg_id }) => msg_id === row.msg_id)?.artifact_ref);
    }
  });

  test("a row for each decision [RTR-09]", async () => {
    const ids = world.watch.of("comms.decisions").map(({ decision_id }) => decision_id);
    const sql = "select decision_id from comms_decision";
    const { rows } = await world.platform.postgres().query<{ decision_id: string }>(sql);
    expect(rows.map(({ decision_id }) => decision_id).toSorted()).toEqual([...new Set(ids)].toSorted());
  });

  test("a note in the centre of buyer and seller", async () => {
    const { rows } = await world.platform
      .postgres()
      .query("select user_id, title, unread from inapp_notification order by user_id");
    expect(rows).toMatchObject([
      { user_id: "ines", unread: true },
      { user_id: "studio", unread: true },
    ]);
  });
});

interface MessageRow {
  readonly msg_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly channel: string;
  readonly status: string;
  readonly dedupe_key: string;
  readonly body_rendered_s3: string;
}

describe("the walk can be followed [HLT-06]", () => {
  test("every record of it carries the trace that the producer began", () => {
    const walk = ofTheWalk().filter((seen) => !fromOutside(seen));
    expect(new Set(walk.map(({ topic }) => topic)).size).toBeGreaterThanOrEqual(9);
    for (const { topic, record } of walk)
      expect(`${topic} ${String(record.headers["traceparent"])}`).toMatch(new RegExp(`^${topic} 00-${trace}-`));
  });

  test("at level debug every record leaves one line in every stage that takes it, with the ids to find it by", async () => {
    const expected = ofTheWalk().flatMap(linesDue).toSorted();
    const lines = (await logLines()).filter(({ correlation_id }) => correlation_id === correlation);
    expect(lines.map(placeOf).toSorted()).toEqual(expected);
    const outside = new Set(ofTheWalk().filter(fromOutside).flatMap(linesDue));
    for (const line of lines) {
      expect(line).toMatchObject({ tenant_id: "default", outcome: "emit" });
      if (!outside.has(placeOf(line))) expect(line.trace_id).toBe(trace);
    }
  });

  test("every record stands in the line of its batch, at whatever level", async () => {
    const metrics = await (await fetch(`${child.healthUrl}/metrics`)).text();
    const batches = (await logLines()).filter(({ outcomes }) => outcomes !== undefined);
    for (const stage of new Set(batches.map((line) => String(line.stage)))) {
      const counted = [...metrics.matchAll(new RegExp(`^comms_stage_records_total{stage="${stage}".*} (\\d+)$`, "gm"))];
      const ofStage = batches.filter((line) => line.stage === stage);
      expect(`${stage} ${sumOf(ofStage.map(({ records }) => records))}`).toBe(
        `${stage} ${sumOf(counted.map(([, count]) => Number(count)))}`,
      );
      for (const { level, trace_ids } of ofStage) expect([level, trace_ids]).toEqual([30, expect.any(Array)]);
    }
    expect(batches.flatMap(({ trace_ids }) => trace_ids)).toContain(trace);
    const walked = new Set(
      ofTheWalk()
        .flatMap(linesDue)
        .map((place) => place.split(" ")[0]),
    );
    for (const stage of walked) expect(batches.map((line) => line.stage)).toContain(stage);
  });

  test("and none of them holds an address, a token or a word of the message, nor does a metric", async () => {
    const log = await readFile(child.logFile, "utf8");
    const metrics = await (await fetch(`${child.healthUrl}/metrics`)).text();
    expect(metrics).toContain("comms_stage_records_total{");
    for (const secret of ["ines@example.com", "4155550101", "token-ines", "Portrait session"]) {
      expect(log).not.toContain(secret);
      expect(metrics).not.toContain(secret);
    }
    expect(metrics).not.toMatch(/"ines"|"studio"/);
  });
});

function linesDue({ topic, record }: Seen<unknown>): readonly string[] {
  const consumers = contracts.find((contract) => contract.topic === topic)?.consumers ?? [];
  return stages
    .filter((stage) => consumers.includes(stage) && readsInGroup(stage, topic))
    .map((stage) => `${stage} ${topic} ${record.partition} ${record.offset}`);
}

function placeOf({ stage, topic, partition, offset }: LogLine): string {
  return `${String(stage)} ${String(topic)} ${String(partition)} ${String(offset)}`;
}

interface LogLine
  extends Readonly<Record<"stage" | "topic" | "partition" | "offset" | "correlation_id" | "trace_id", unknown>> {
  readonly level: number;
  /** These of the line of a batch. */
  readonly outcomes?: Readonly<Record<string, number>>;
  readonly records: number;
  readonly trace_ids: readonly string[];
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

async function logLines(): Promise<readonly LogLine[]> {
  const text = await readFile(child.logFile, "utf8");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}

describe("the synthetic probe [INT-07]", () => {
  test("walks the same way as any event", async () => {
    const now = Date.now();
    const probe: Event = {
      ...eventFactory.booking({ buyer: "ines", seller: "studio" }, now),
      name: "comms.synthetic.probe",
      cause_ref: "pr_000001",
      actors: [{ role: "synthetic", user_id: "prober" }],
      payload: JSON.stringify({ probe_id: "pr_000001", sent_at: new Date(now).toISOString() }),
    };
    await world.produceEvents(probe);
    const probed = () =>
      world.watch.of("comms.feedback").filter(({ user_id, status }) => user_id === "prober" && status === "SENT");
    // A provider's own word that a text has gone out is a second report of it.
    const reached = () => [...new Set(channelsOf(probed()))].toSorted();
    await world.watch.until(() => reached().length === 4, "the probe on its four channels", 30_000);
    expect(reached()).toEqual(channels.toSorted());
    expect((await world.ledger({ recipient: "prober@example.com" })).map(({ outcome }) => outcome)).toEqual([
      "accepted",
    ]);
  });
});

describe("what was sent can be opened again by its msg_id [CAN-13]", () => {
  test("from the row, within a minute of the call: the mail that the provider took", async () => {
    const again = eventFactory.booking({ buyer: "ines", seller: "studio" }, Date.now());
    await world.produceEvents(again);
    const order = () =>
      world.watch
        .of("comms.send.email")
        .find(({ cause_ref, user_id }) => cause_ref === again.cause_ref && user_id === "ines");
    await world.watch.until(() => order() !== undefined, "the order of the mail", 60_000);
    const { msg_id = "" } = order() ?? {};
    const taken = async () => (await world.ledger({ msg_id, outcome: "accepted" }))[0];
    const call = await eventually(taken, "the mail at its provider", 60_000);
    const { tenant_id, user_id, body_rendered_s3 } = await eventually(() => rowOf(msg_id), "its row", 60_000);
    const owner = { tenantId: tenant_id, userId: user_id, msgId: msg_id };
    const content = (await world.platform.artifacts().get(owner, body_rendered_s3)) as EmailContent;
    const page = `${world.simulatorUrl}/page/messages/${call.call_id}`;
    const { headers, text } = (await (await fetch(page)).json()) as ReceivedMail;
    const html = await (await fetch(`${page}/html`)).text();
    expect(content.channel).toBe("EMAIL");
    expect(linesOf(text)).toEqual(linesOf(content.text));
    expect(linesOf(html).slice(-linesOf(content.html).length)).toEqual(linesOf(content.html));
    expect(headers.find(({ name }) => name.toLowerCase() === "x-comms-msg-id")?.value).toBe(msg_id);
  });
});

interface ReceivedMail {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string;
}

/** The row of a message that the store of its content is named in. */
async function rowOf(msgId: string): Promise<MessageRow | undefined> {
  const sql = "select * from comms_message where msg_id = $1 and status in ('sent', 'delivered')";
  return (await world.platform.postgres().query<MessageRow>(sql, [msgId])).rows[0];
}

/** A mail ends its lines as mail does. */
function linesOf(text: string): readonly string[] {
  return text.trimEnd().split(/\r?\n/);
}

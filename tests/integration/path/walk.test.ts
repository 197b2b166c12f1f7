import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Storyteller, storyteller } from "#cli/demo/events.ts";
import type { Event, Feedback } from "#shared/avro/records.ts";
import { topicContracts } from "#shared/kafka/topic-contract.ts";
import type { LedgerEntry } from "#simulator/ledger/entry.ts";
import { eventually } from "../../support/world/eventually.ts";
import { aPerson } from "../../support/world/people.ts";
import type { Seen } from "../../support/world/topic-watch.ts";
import { pathStages, startWorld, type World, type WorldChild } from "../../support/world.ts";

const correlation = "corr-of-the-walk";
const trace = "0af7651916cd43dd8448eb211c80319c";
const channels = ["email", "push", "sms", "inapp"];

let world: World;
let stages: WorldChild;
let story: Storyteller;
let booking: Event;

beforeAll(async () => {
  world = await startWorld();
  stages = await world.start(pathStages);
  story = storyteller("walk");
  await world.introduce([
    aPerson("ines", { phone: "+14155550101", push: true, sms: true }),
    aPerson("studio"),
    aPerson("prober", { phone: "+14155550102", push: true, sms: true }),
  ]);
  booking = { ...story.booking("ines", "studio", Date.now()), correlation_id: correlation };
  const { topic, key, value } = {
    topic: `${world.prefix}comms.events`,
    key: `default/${booking.cause_ref}`,
    value: world.platform.codec().encode("comms.events", booking),
  };
  await world.write([{ topic, key, value, headers: { traceparent: Buffer.from(`00-${trace}-b7ad6b7169203331-01`) } }]);
  await world.watch.until(() => sent().length === 6, "four messages to the buyer and two to the seller", 60_000);
});
afterAll(() => world?.close());

/** The sender's reports on the booking. */
function sent(user?: string): readonly Feedback[] {
  return world.watch.of("comms.feedback").filter(({ origin, status, correlation_id, user_id }) => {
    return origin === "SENDER" && status === "SENT" && correlation_id === correlation && (!user || user_id === user);
  });
}

/** Everything on the log that the booking led to, the event itself included. */
function ofTheWalk(): readonly Seen<Record<string, unknown>>[] {
  return world.watch.all().filter((seen): seen is Seen<Record<string, unknown>> => {
    const value = seen.value as Record<string, unknown> | undefined;
    return value?.["correlation_id"] === correlation && value["origin"] !== "PROVIDER";
  });
}

function channelsOf(reports: readonly Feedback[]): readonly string[] {
  return reports.map(({ channel }) => channel.toLowerCase());
}

describe("one booking walks the whole way [CAN-02] [INT-02] [INT-03] [INT-05] [TST-02]", () => {
  test("and reaches the buyer on every channel, the seller on theirs, each once", async () => {
    expect(channelsOf(sent("ines")).toSorted()).toEqual(channels.toSorted());
    expect(channelsOf(sent("studio")).toSorted()).toEqual(["email", "inapp"]);
    const taken = (await world.ledger({ outcome: "accepted" })).map(
      (entry: LedgerEntry) => `${entry.channel} ${entry.recipient}`,
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
    expect(headers.get("message-id")).toBe(`<${report.msg_id}@notify.rastup.com>`);
    expect(headers.get("list-unsubscribe")).toContain(`<${world.gatewayUrl}/unsubscribe/`);
    expect(await (await fetch(`${page}/html`)).text()).toContain("Portrait session in the old harbour");
  });
});

describe("what the walk leaves behind [CAN-13] [EML-03] [DAT-05] [DAT-08]", () => {
  test("an artifact for each message, which only the key of its person opens", async () => {
    for (const { msg_id, user_id, artifact_ref } of sent()) {
      const owner = { tenantId: "default", userId: user_id, msgId: msg_id };
      const content = await world.platform.artifacts().get(owner, artifact_ref ?? "");
      expect(JSON.stringify(content)).toContain("Portrait session in the old harbour");
    }
    const files = (await readdir(join(world.folder, "artifacts"), { recursive: true, withFileTypes: true })).filter(
      (file) => file.isFile(),
    );
    expect(files).toHaveLength(6);
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      expect(bytes.includes("Portrait session")).toBe(false);
    }
  });

  test("a row for each message, with its status, its key and its artifact", async () => {
    const rows = await eventually(messageRows, "six rows that say sent or more", 30_000);
    for (const row of rows) {
      expect(["sent", "delivered"]).toContain(row.status);
      expect(row.dedupe_key).toMatch(/^BOOKING:/);
      expect(row.body_rendered_s3).toBe(sent().find(({ msg_id }) => msg_id === row.msg_id)?.artifact_ref);
    }
    expect(rows.filter(({ user_id }) => user_id === "ines").map(({ channel }) => channel)).toEqual([
      "email",
      "inapp",
      "push",
      "sms",
    ]);
  });

  test("a row for each decision [RTR-09]", async () => {
    const told = world.watch.of("comms.decisions").map(({ decision_id }) => decision_id);
    const stored = async () => {
      const { rows } = await world.platform
        .postgres()
        .query<{ decision_id: string }>("select decision_id from comms_decision");
      const ids = rows.map(({ decision_id }) => decision_id);
      return told.every((id) => ids.includes(id)) && ids;
    };
    expect((await eventually(stored, "the decisions in their table", 30_000)).length).toBe(new Set(told).size);
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
  readonly user_id: string;
  readonly channel: string;
  readonly status: string;
  readonly dedupe_key: string;
  readonly body_rendered_s3: string;
}

async function messageRows(): Promise<readonly MessageRow[] | false> {
  const sql = "select * from comms_message where correlation_id = $1 order by user_id, channel";
  const { rows } = await world.platform.postgres().query<MessageRow>(sql, [correlation]);
  return rows.length === 6 && rows.every(({ status }) => status === "sent" || status === "delivered") && rows;
}

describe("the walk can be followed [HLT-06]", () => {
  test("every record of it carries the trace that the producer began", () => {
    const walk = ofTheWalk();
    expect(new Set(walk.map(({ topic }) => topic)).size).toBeGreaterThanOrEqual(9);
    for (const { topic, record } of walk)
      expect(`${topic} ${String(record.headers["traceparent"])}`).toMatch(new RegExp(`^${topic} 00-${trace}-`));
  });

  test("every record leaves one line in every stage that takes it, with the ids to find it by", async () => {
    const expected = ofTheWalk().flatMap(linesDue).toSorted();
    const found = async () => {
      const lines = (await logLines()).filter(({ correlation_id }) => correlation_id === correlation);
      return lines.length >= expected.length && lines;
    };
    const lines = await eventually(found, `${expected.length} lines in the log`, 30_000);
    expect(
      lines.map(({ stage, topic, partition, offset }) => `${stage} ${topic} ${partition} ${offset}`).toSorted(),
    ).toEqual(expected);
    for (const line of lines) {
      expect(line).toMatchObject({ trace_id: trace, outcome: "emit", tenant_id: "default" });
    }
  });

  test("and none of them holds an address, a token or a word of the message", async () => {
    const log = await readFile(stages.logFile, "utf8");
    for (const secret of ["ines@example.com", "4155550101", "token-ines", "Portrait session"])
      expect(log).not.toContain(secret);
  });
});

function linesDue({ topic, record }: Seen<unknown>): readonly string[] {
  const consumers = topicContracts().find((contract) => contract.topic === topic)?.consumers ?? [];
  return pathStages
    .filter((stage) => consumers.includes(stage))
    .map((stage) => `${stage} ${topic} ${record.partition} ${record.offset}`);
}

type LogLine = Readonly<Record<"stage" | "topic" | "partition" | "offset" | "correlation_id" | "trace_id", unknown>>;

async function logLines(): Promise<readonly LogLine[]> {
  const text = await readFile(stages.logFile, "utf8");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}

describe("the synthetic probe [INT-07]", () => {
  test("walks the same way, to whoever plays the recipient", async () => {
    const now = Date.now();
    const probe: Event = {
      ...story.booking("ines", "studio", now),
      name: "comms.synthetic.probe",
      cause_ref: "pr_000001",
      actors: [{ role: "synthetic", user_id: "prober" }],
      payload: JSON.stringify({ probe_id: "pr_000001", sent_at: new Date(now).toISOString() }),
    };
    await world.tell(probe);
    const probed = () =>
      world.watch.of("comms.feedback").filter(({ user_id, status }) => user_id === "prober" && status === "SENT");
    await world.watch.until(() => probed().length === 4, "the probe on its four channels", 30_000);
    expect(channelsOf(probed()).toSorted()).toEqual(channels.toSorted());
    expect((await world.ledger({ recipient: "prober@example.com" })).map(({ outcome }) => outcome)).toEqual([
      "accepted",
    ]);
  });
});

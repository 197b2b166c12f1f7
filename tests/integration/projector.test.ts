import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPartitions } from "#processors/projector/adapters/partitions.ts";
import { createRetention } from "#processors/projector/adapters/retention.ts";
import { createTables } from "#processors/projector/adapters/tables.ts";
import { createPartitionJob, createProjector, createRetentionJob } from "#processors/projector/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type {
  Decision,
  Feedback,
  Rejected,
  Rendered,
  Status,
  Suppression,
  Verdict,
} from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { CompactedCheck } from "#shared/platform/kafka/key-places.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { readMessages } from "#shared/state/messages/read-messages.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";

const start = Date.UTC(2026, 0, 5, 12);

const head = {
  event_id: "e1",
  occurred_at: start,
  recorded_at: start,
  tenant_id: "default",
  user_id: "u1",
  msg_id: "m1",
  correlation_id: "c1",
  causation_id: "x1",
  channel: "EMAIL" as const,
  cause_event: "booking.confirmed",
  cause_ref: "b1",
  template_name: "booking_confirmed_buyer",
  template_version: 2,
  category: "booking",
  locale: "en-US",
  dedupe_key: "BOOKING:b1:confirmed",
};

function decision(more: Partial<Decision> = {}): Decision {
  return {
    ...head,
    decision_id: "d1",
    stage: "router",
    round: 0,
    critical: false,
    gate: "end",
    verdict: "PASS",
    reason: null,
    due_at: null,
    trace: [{ gate: "dedupe", verdict: "PASS", reason: null, detail: "no other" }],
    ...more,
  };
}

function feedback(more: Partial<Feedback> = {}): Feedback {
  return {
    ...head,
    feedback_id: "f1",
    status: "SENT",
    origin: "SENDER",
    attempt: 1,
    provider: "ses",
    provider_ref: "ses-1",
    address_hash: "v1:k1:ab",
    reason: null,
    provider_code: null,
    detail: "",
    suppress: null,
    ambiguous: false,
    artifact_ref: null,
    cost_micros: null,
    currency: null,
    queued_at: null,
    ...more,
  };
}

const rendered: Rendered = { ...head, artifact_ref: "default/m1/h", content_hash: "h", content_bytes: 9 };

const suppression: Suppression = {
  suppression_id: "s1",
  tenant_id: "default",
  channel: "EMAIL",
  address_hash: "v1:k1:ab",
  reason: "HARD_BOUNCE",
  origin: "PROVIDER",
  scope: "all",
  created_at: start,
  msg_id: "m1",
  evidence: "5.1.1",
};

const rejected: Rejected = {
  rejected_id: "r1",
  recorded_at: start,
  tenant_id: "default",
  event_name: null,
  cause_ref: null,
  reason: "COMMS_INVALID_EVENT",
  faults: ['One "fault", with a comma', "Another"],
  source_topic: "comms.events",
  source_partition: 3,
  source_offset: 7,
  original: Buffer.from("x"),
};

let offsets = 0;

interface Place {
  readonly key?: string;
  readonly offset?: number;
}

function record(topic: TopicName, value: unknown, place: Place = {}): DecodedRecord<unknown> {
  const { key = "default/u1", offset = offsets++ } = place;
  const origin = {
    topic,
    partition: 0,
    offset,
    key: Buffer.from(key),
    value: null,
    headers: {},
    timestamp: start + offset,
  };
  return { topic, value, origin };
}

let database: TestDatabase;
let projector: SinkProcessor;

beforeAll(async () => {
  database = await createDatabase();
  const { pool } = database;
  const check: CompactedCheck = async (batch) =>
    batch.map(({ origin }) => (origin.partition === 9 ? "Misplaced" : undefined));
  projector = createProjector({ tables: createTables(pool), partitions: createPartitions(pool), check });
});

beforeEach(clear);

afterAll(() => database.drop());

async function clear(): Promise<void> {
  for (const table of ["comms_message", "comms_decision", "comms_suppression", "comms_rejected"]) {
    await database.pool.query(`delete from ${table}`);
  }
}

async function apply(...records: readonly DecodedRecord<unknown>[]) {
  return projector.apply(records, start);
}

async function only(table: string): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query(`select * from ${table}`);
  expect(rows).toHaveLength(1);
  return rows[0];
}

async function tables(): Promise<unknown> {
  const { rows } = await database.pool.query(`
    select 'm' as t, to_jsonb(m) as row from comms_message m
    union all select 'd', to_jsonb(d) from comms_decision d
    union all select 's', to_jsonb(s) from comms_suppression s
    union all select 'r', to_jsonb(r) from comms_rejected r
    order by 1, 2`);
  return rows;
}

describe("comms_message [DED-04] [FBK-03]", () => {
  it("has a row of every message that was let through", async () => {
    await apply(
      record("comms.decisions", decision({ critical: true, reason: "critical_override", verdict: "BYPASS" })),
    );
    expect(await only("comms_message")).toMatchObject({
      msg_id: "m1",
      channel: "email",
      status: "queued",
      reason: "critical_override",
      critical: true,
      category_key: "booking",
      template_version: 2,
      dedupe_key: "BOOKING:b1:confirmed",
      created_at: new Date(start),
      attempts: 0,
    });
  });

  it.each<[Verdict, string | null, string]>([
    ["DEFER", "COMMS_QUIET_HOURS", "scheduled"],
    ["DIGEST", "COMMS_DIGESTED", "digested"],
    ["DROP", "COMMS_PREF_BLOCKED", "dropped"],
    ["DROP", "COMMS_SUPPRESSED", "suppressed"],
    ["DROP", "COMMS_EXPIRED", "expired"],
    ["DROP", "COMMS_CANCELLED", "cancelled"],
    ["DROP", "COMMS_RENDER_FAILED", "failed"],
  ])("has one of a message that was not: %s %s is %s", async (verdict, reason, status) => {
    await apply(record("comms.decisions", decision({ verdict, reason, due_at: start + 60_000, locale: "" })));
    expect(await only("comms_message")).toMatchObject({ status, reason, due_at: new Date(start + 60_000) });
  });
});

describe("comms_message after the first decision [DED-04] [FBK-03]", () => {
  it("does not take a repeat of a sent message for its end", async () => {
    await apply(record("comms.feedback", feedback()));
    await apply(
      record("comms.decisions", decision({ decision_id: "d2", verdict: "DROP", reason: "COMMS_ALREADY_SENT" })),
    );
    await apply(
      record("comms.decisions", decision({ decision_id: "d3", verdict: "DROP", reason: "COMMS_SUPPRESSED" })),
    );
    expect(await only("comms_message")).toMatchObject({ status: "sent", reason: null });
  });

  it("ignores it while the first report is still on its way", async () => {
    await apply(record("comms.decisions", decision({ verdict: "BYPASS", reason: "critical_override" })));
    await apply(
      record("comms.decisions", decision({ decision_id: "d2", verdict: "DROP", reason: "COMMS_ALREADY_SENT" })),
    );
    expect(await only("comms_message")).toMatchObject({ status: "queued", reason: "critical_override" });
  });

  it("takes no due time of it either, before the render or after it", async () => {
    const again = decision({ verdict: "DROP", reason: "COMMS_ALREADY_SENT", due_at: start + 5 });
    await apply(record("comms.decisions", again), record("comms.rendered", rendered));
    expect(await only("comms_message")).toMatchObject({ status: "queued", due_at: null });
  });

  it("tells where a deferred message stands after its release", async () => {
    await apply(
      record("comms.decisions", decision({ verdict: "DEFER", reason: "COMMS_QUIET_HOURS", due_at: start + 5 })),
    );
    await apply(record("comms.decisions", decision({ decision_id: "d2", round: 1, recorded_at: start + 9 })));
    expect(await only("comms_message")).toMatchObject({ status: "queued", reason: null, due_at: null });
  });

  it("has the provider's reference, the attempts, the times and the cost of what was sent", async () => {
    const failed = {
      feedback_id: "f0",
      provider: "smtp",
      provider_ref: null,
      provider_code: "429",
      status: "QUEUED" as const,
    };
    await apply(record("comms.feedback", feedback(failed)));
    await apply(
      record("comms.feedback", feedback({ attempt: 2, recorded_at: start + 1, cost_micros: 100, currency: "USD" })),
    );
    const delivered = { feedback_id: "f2", status: "DELIVERED" as const, attempt: 0, recorded_at: start + 2 };
    await apply(record("comms.feedback", feedback({ ...delivered, provider_ref: null })));
    expect(await only("comms_message")).toMatchObject({
      status: "delivered",
      provider: "ses",
      provider_ref: "ses-1",
      attempts: 2,
      last_error_code: "429",
      sent_at: new Date(start + 1),
      delivered_at: new Date(start + 2),
      updated_at: new Date(start + 2),
      cost_micros: "100",
      currency: "USD",
    });
  });

  it("has the artifact, and the locale of the words", async () => {
    await apply(record("comms.decisions", decision({ locale: "", recorded_at: start + 5 })));
    await apply(record("comms.rendered", rendered));
    expect(await only("comms_message")).toMatchObject({
      body_rendered_s3: "default/m1/h",
      content_hash: "h",
      locale: "en-US",
    });
  });
});

describe("comms_decision", () => {
  it("has every gate of every decision, once", async () => {
    const one = record("comms.decisions", decision());
    await apply(one, one);
    await apply(one);
    expect(await only("comms_decision")).toMatchObject({
      decision_id: "d1",
      verdict: "pass",
      recorded_at: new Date(start),
      trace: [{ gate: "dedupe", verdict: "PASS", reason: null, detail: "no other" }],
    });
  });

  it("makes the month of a decision that comes late, and the months ahead", async () => {
    await apply(record("comms.decisions", decision({ recorded_at: Date.UTC(2025, 6, 1) })));
    const job = createPartitionJob({ partitions: createPartitions(database.pool) });
    await job.run(start, async () => {}, new AbortController().signal);
    const { rows } = await database.pool.query(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'comms_decision'::regclass",
    );
    const names = rows.map((row) => row.name);
    expect(names).toEqual(
      expect.arrayContaining(["comms_decision_2025_07", "comms_decision_2026_01", "comms_decision_2026_03"]),
    );
  });
});

describe("rows whose time is over", () => {
  it("go in bounded batches until none is left: messages and refusals after 400 days, notes after 180 or their end", async () => {
    const { pool } = database;
    const day = 86_400_000;
    const at = (days: number) => new Date(start - days * day);
    await pool.query("truncate comms_message, comms_rejected, inapp_notification");
    const message = `insert into comms_message (msg_id, user_id, channel, template_name, template_version, category_key, locale,
        dedupe_key, status, status_rank, cause_event, cause_ref, event_id, correlation_id, created_at, due_at)
      select $1 || i, 'u1', 'email', 't', 1, 'booking', 'en-US', 'k', 'sent', 1, 'e', 'c', 'e1', 'c1', $2, $3
      from generate_series(1, $4::int) as i`;
    await pool.query(message, ["old", at(401), null, 2_500]);
    await pool.query(message, ["waits", at(401), at(-1), 1]);
    await pool.query(message, ["young", at(399), null, 1]);
    const note =
      "insert into inapp_notification (inapp_id, user_id, category_key, title, body, created_at, pinned, expires_at)";
    for (const [id, days, pinned, ends] of [
      ["old", 181, false, null],
      ["pinned", 181, true, null],
      ["ended", 1, false, at(0.5)],
      ["young", 179, false, at(-1)],
    ] as const) {
      await pool.query(`${note} values ($1, 'u1', 'booking', 't', 'b', $2, $3, $4)`, [id, at(days), pinned, ends]);
    }
    const job = createRetentionJob({ retention: createRetention(pool) });
    const run = () => job.run(start, async () => {}, new AbortController().signal);
    expect([await run(), await run(), await run()]).toEqual([50, 50, 3_600_000]);
    const idsOf = async (table: string, column: string) =>
      (await pool.query(`select ${column} as id from ${table} order by 1`)).rows.map(({ id }) => id);
    expect(await idsOf("comms_message", "msg_id")).toEqual(["waits1", "young1"]);
    expect(await idsOf("inapp_notification", "inapp_id")).toEqual(["pinned", "young"]);
  });
});

describe("the messages of a person, read for an explanation [RTR-08]", () => {
  it("have each time that the tables know, and their decisions in order", async () => {
    const again = decision({ decision_id: "d2", round: 1, recorded_at: start + 60_123, occurred_at: start - 1_001 });
    const wait = {
      verdict: "DEFER",
      reason: "COMMS_QUIET_HOURS",
      gate: "quiet_hours",
      due_at: start + 60_000,
    } as const;
    await apply(
      record("comms.decisions", again),
      record("comms.decisions", decision({ ...wait, occurred_at: start - 1_001 })),
    );
    await apply(record("comms.rendered", { ...rendered, recorded_at: start + 60_200 }));
    await apply(
      record("comms.feedback", feedback({ recorded_at: start + 61_007 })),
      record("comms.feedback", feedback({ feedback_id: "f2", status: "DELIVERED", recorded_at: start + 62_001 })),
    );
    const query = { tenantId: "default", userId: "u1", since: start, limit: 5 };
    const found = await readMessages(database.pool, query);
    expect(found).toMatchObject([
      {
        msgId: "m1",
        template: "booking_confirmed_buyer",
        status: "delivered",
        dueAt: null,
        provider: "ses",
        createdAt: start,
        occurredAt: start - 1_001,
        queuedAt: start + 60_200,
        sentAt: start + 61_007,
        deliveredAt: start + 62_001,
        decisions: [
          { recordedAt: start, gate: "quiet_hours", verdict: "defer", dueAt: start + 60_000 },
          { recordedAt: start + 60_123, gate: "end", verdict: "pass", dueAt: null, trace: [{ gate: "dedupe" }] },
        ],
      },
    ]);
    expect(await readMessages(database.pool, { ...query, template: "another" })).toEqual([]);
  });

  it("have no time of what did not happen", async () => {
    await apply(record("comms.decisions", decision()));
    const [found] = await readMessages(database.pool, { tenantId: "default", userId: "u1", since: start, limit: 5 });
    expect(found).toMatchObject({ queuedAt: null, sentAt: null, deliveredAt: null, occurredAt: start, provider: null });
  });
});

describe("comms_suppression [DAT-06] [FBK-02]", () => {
  const key = suppressionKey(suppression);

  it("keeps every entry of an address, and marks the one that was lifted", async () => {
    const stopped = { ...suppression, suppression_id: "s2", reason: "STOP" as const, origin: "RECIPIENT" as const };
    await apply(
      record("comms.suppression", suppression, { key }),
      record("comms.suppression", stopped, { key: suppressionKey(stopped) }),
    );
    const tombstone = record("comms.suppression", null, { key });
    await apply(tombstone);
    const { rows } = await database.pool.query(
      "select suppress_id, lifted_at, evidence from comms_suppression order by 1",
    );
    expect(rows).toEqual([
      { suppress_id: "s1", lifted_at: new Date(tombstone.origin.timestamp), evidence: "5.1.1" },
      { suppress_id: "s2", lifted_at: null, evidence: "5.1.1" },
    ]);
  });

  it("has one row for one address on a channel, whoever writes it and at the same time [SUP-03]", async () => {
    const writers = ["s1", "s2", "s3", "s4"].map((suppression_id, at) => ({
      ...suppression,
      suppression_id,
      msg_id: `m${at}`,
      evidence: suppression_id,
    }));
    const written = writers.map((value) => record("comms.suppression", value, { key }));
    await Promise.all(written.map((one) => apply(one)));
    expect(await only("comms_suppression")).toMatchObject({ suppress_id: "s4", evidence: "s4" });
    const twin = "insert into comms_suppression (suppress_id, channel, address_hash, reason, origin, scope) values";
    const values = "('s5', 'email', 'v1:k1:ab', 'hard_bounce', 'provider', 'all')";
    await expect(database.pool.query(`${twin} ${values}`)).rejects.toMatchObject({ code: "23505" });
    const texted = { ...suppression, channel: "SMS" as const };
    await apply(record("comms.suppression", texted, { key: suppressionKey(texted) }));
    const { rows } = await database.pool.query("select channel from comms_suppression order by 1");
    expect(rows).toEqual([{ channel: "email" }, { channel: "sms" }]);
  });

  it("binds again after it was lifted", async () => {
    await apply(record("comms.suppression", suppression, { key }), record("comms.suppression", null, { key }));
    await apply(record("comms.suppression", { ...suppression, evidence: "again" }, { key }));
    expect(await only("comms_suppression")).toMatchObject({ lifted_at: null, evidence: "again" });
  });

  it("refuses a tombstone that names nothing", async () => {
    const outcomes = await apply(
      record("comms.suppression", null, { key: "nonsense" }),
      record("comms.suppression", suppression, { key }),
    );
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["deadLetter", "emit"]);
    await only("comms_suppression");
  });
});

describe("a suppression in another partition than its key's", () => {
  it("is a dead letter and changes no row, a tombstone as well", async () => {
    const key = suppressionKey(suppression);
    const misplaced = (value: object | null) => {
      const one = record("comms.suppression", value, { key });
      return { ...one, origin: { ...one.origin, partition: 9 } };
    };
    await apply(record("comms.suppression", suppression, { key }));
    const outcomes = await apply(misplaced(null), misplaced({ ...suppression, evidence: "another" }));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["deadLetter", "deadLetter"]);
    expect(await only("comms_suppression")).toMatchObject({ lifted_at: null, evidence: "5.1.1" });
  });
});

describe("comms_rejected", () => {
  it("has the faults of what intake refused, and not its bytes", async () => {
    await apply(record("comms.rejected", rejected), record("comms.rejected", rejected));
    expect(await only("comms_rejected")).toMatchObject({
      rejected_id: "r1",
      faults: rejected.faults,
      source_offset: "7",
    });
  });
});

describe("a record that the tables cannot hold", () => {
  it("is refused alone; its neighbours are kept", async () => {
    const odd = { ...suppression, scope: "nonsense" };
    const outcomes = await apply(
      record("comms.decisions", decision()),
      record("comms.suppression", odd, { key: suppressionKey(odd) }),
      record("comms.decisions", decision({ decision_id: "d2", msg_id: "m2" })),
    );
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["emit", "deadLetter", "emit"]);
    expect(outcomes[1]).toMatchObject({ reason: "COMMS_POISON", message: "The tables refuse it, SQLSTATE 23514" });
    expect((await database.pool.query("select msg_id from comms_message order by 1")).rows).toEqual([
      { msg_id: "m1" },
      { msg_id: "m2" },
    ]);
  });

  it("is one too long for an index, and one of an impossible time", async () => {
    const long = randomBytes(6_000).toString("hex");
    const outcomes = await apply(
      record("comms.rejected", { ...rejected, rejected_id: long }),
      record("comms.rejected", rejected),
      record("comms.decisions", decision({ recorded_at: Number.MAX_SAFE_INTEGER })),
      record("comms.feedback", feedback({ recorded_at: -9e15 })),
    );
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["deadLetter", "emit", "deadLetter", "deadLetter"]);
    expect(outcomes[0]).toMatchObject({ message: "The tables refuse it, SQLSTATE 54000" });
    expect(await only("comms_rejected")).toMatchObject({ rejected_id: "r1" });
  });

  it("is no record with a NUL in it, which is kept with a mark in its place", async () => {
    await apply(
      record(
        "comms.decisions",
        decision({ cause_ref: "a\0b", trace: [{ gate: "g", verdict: "PASS", reason: null, detail: "\0" }] }),
      ),
    );
    expect(await only("comms_decision")).toMatchObject({ cause_ref: "a\ufffdb", trace: [{ detail: "\ufffd" }] });
  });

  it("is one with a symbol of a later version", async () => {
    const [outcome] = await apply(record("comms.decisions", decision({ channel: "UNKNOWN" })));
    expect(outcome).toMatchObject({ kind: "deadLetter", reason: "COMMS_POISON" });
  });
});

const statuses: Status[] = ["QUEUED", "SENT", "DELIVERED", "BOUNCED", "COMPLAINED", "FAILED", "UNKNOWN"];
const verdicts: Verdict[] = ["PASS", "DEFER", "DROP", "DIGEST"];
const reasons = [null, "COMMS_SUPPRESSED", "COMMS_PREF_BLOCKED", "COMMS_EXPIRED", "COMMS_ALREADY_SENT"];
const at = fc.nat(5);
const message = fc.constantFrom("m1", "m2");
const id = fc.constantFrom("i1", "i2", "i3", "i4");

const decided = fc.record({
  id,
  message,
  at,
  verdict: fc.constantFrom(...verdicts),
  reason: fc.constantFrom(...reasons),
  locale: fc.constantFrom("", "en-US", "fr-CA"),
});
const reported = fc.record({
  id,
  message,
  at,
  status: fc.constantFrom(...statuses),
  attempt: fc.nat(2),
  ref: fc.constantFrom(null, "p1", "p2"),
  code: fc.constantFrom(null, "429", "550"),
  cost: fc.constantFrom(null, 5, 7),
});
const kept = fc.record({
  dead: fc.boolean(),
  reason: fc.constantFrom("STOP" as const, "MANUAL" as const),
  evidence: id,
});

type Drawn<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

function decisionOf(drawn: Drawn<typeof decided>, offset: number): DecodedRecord<unknown> {
  const value = decision({
    decision_id: `d${drawn.id}${offset}`,
    msg_id: drawn.message,
    recorded_at: start + drawn.at,
    verdict: drawn.verdict,
    reason: drawn.reason,
    locale: drawn.locale,
    round: drawn.at % 2,
    critical: drawn.at > 2,
    due_at: start + drawn.at,
  });
  return record("comms.decisions", value, { key: "k", offset });
}

function feedbackOf(drawn: Drawn<typeof reported>, offset: number): DecodedRecord<unknown> {
  const value = feedback({
    feedback_id: `f${drawn.id}${offset}`,
    msg_id: drawn.message,
    recorded_at: start + drawn.at,
    status: drawn.status,
    attempt: drawn.attempt,
    provider_ref: drawn.ref,
    provider_code: drawn.code,
    cost_micros: drawn.cost,
    currency: drawn.cost && "USD",
    correlation_id: drawn.id,
  });
  return record("comms.feedback", value, { key: "k", offset });
}

function suppressionOf(drawn: Drawn<typeof kept>, offset: number): DecodedRecord<unknown> {
  const { reason, evidence, dead } = drawn;
  const entry = { ...suppression, suppression_id: reason, reason, evidence, created_at: start + offset };
  return record("comms.suppression", dead ? null : entry, { key: suppressionKey(entry), offset });
}

const log = fc
  .record({
    decided: fc.array(decided, { maxLength: 6 }),
    reported: fc.array(reported, { maxLength: 6 }),
    kept: fc.array(kept, { maxLength: 6 }),
    rendered: at,
  })
  .map((facts) => {
    let offset = 0;
    return [
      ...facts.decided.map((drawn) => decisionOf(drawn, offset++)),
      ...facts.reported.map((drawn) => feedbackOf(drawn, offset++)),
      ...facts.kept.map((drawn) => suppressionOf(drawn, offset++)),
      record("comms.rendered", { ...rendered, recorded_at: start + facts.rendered }, { key: "k", offset: offset++ }),
    ];
  });

describe("the same log", () => {
  it("gives the same tables in any order, in any batches, and read twice", async () => {
    const property = fc.asyncProperty(log, fc.infiniteStream(fc.nat()), async (records, draw) => {
      await clear();
      await apply(...records);
      const expected = await tables();
      await clear();
      const drawn = () => draw.next().value as number;
      const shuffled = [...records, ...records].map((each) => ({ each, at: drawn() })).sort((a, b) => a.at - b.at);
      for (let next = 0; next < shuffled.length; ) {
        const size = 1 + (drawn() % 5);
        await apply(...shuffled.slice(next, next + size).map(({ each }) => each));
        next += size;
      }
      expect(await tables()).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

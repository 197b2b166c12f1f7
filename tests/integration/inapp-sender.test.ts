import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { createInappAdapter } from "#shared/delivery/providers/inapp/adapter.ts";
import { inappAnswers } from "#shared/delivery/providers/inapp/core/answers.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { createSentArchive } from "#shared/state/ledger/sent-archive.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";
import { aSend, start } from "#tests/unit/shared/delivery/sender-bench.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const send = aSend({ channel: "INAPP", expires_at: start + 60_000 });
const message: OutboundMessage = {
  send,
  content: { channel: "INAPP", title: "Booked", body: "See you", deepLink: "/b/1" },
  target: { address: "u1", deviceId: "" },
  addressHash: "",
  now: start,
};
const signal = new AbortController().signal;

describe("the notification centre", () => {
  test("has a note once, however often it is written", async () => {
    const adapter = createInappAdapter(database.pool);
    expect(await adapter.send(message, signal)).toEqual({ kind: "accepted", ref: send.msg_id });
    expect(await adapter.send({ ...message, now: start + 1 }, signal)).toEqual({ kind: "accepted", ref: send.msg_id });
    const { rows } = await database.pool.query("select * from inapp_notification");
    expect(rows).toMatchObject([
      {
        inapp_id: send.msg_id,
        tenant_id: "default",
        user_id: "u1",
        category_key: "booking",
        title: "Booked",
        body: "See you",
        deep_link: "/b/1",
        unread: true,
        pinned: false,
        created_at: new Date(start),
        expires_at: new Date(start + 60_000),
      },
    ]);
  });

  test("a Postgres that does not answer is an answer, to be tried again", async () => {
    const pool = createPool("postgres://nobody@127.0.0.1:1/nothing", { connectTimeoutMs: 500 });
    expect(await createInappAdapter(pool).send(message, signal)).toMatchObject({
      kind: "refused",
      code: "POSTGRES_UNAVAILABLE",
    });
    await pool.end();
  });

  test("a note that the table cannot hold is refused for good, and is no call in doubt", async () => {
    const content = { channel: "INAPP", title: "Booked", body: "See\0you", deepLink: "/b/1" } as const;
    expect(await createInappAdapter(database.pool).send({ ...message, content }, signal)).toEqual({
      kind: "refused",
      code: "POSTGRES_REFUSED",
    });
    expect(inappAnswers["POSTGRES_REFUSED"]).toMatchObject({ act: "refuse" });
  });
});

describe("the archive of what was sent long ago", () => {
  test("knows what a provider took, and nothing else", async () => {
    const statuses = ["sent", "delivered", "bounced", "complained", "queued", "failed", "suppressed"];
    for (const status of statuses) {
      await database.pool.query(
        `insert into comms_message (msg_id, user_id, channel, template_name, template_version, category_key, locale, dedupe_key,
           status, status_rank, cause_event, cause_ref, event_id, correlation_id)
         values ($1, 'u1', 'email', 't', 1, 'booking', 'en-US', 'k', $1, 1, 'e', 'c', 'e1', 'c1')`,
        [status],
      );
    }
    const sent = await createSentArchive(database.pool, systemClock).wasSent([...statuses, "never"]);
    expect([...sent].sort()).toEqual(["bounced", "complained", "delivered", "sent"]);
  });
});

import { describe, expect, it } from "vitest";
import { createPublisher } from "#gateway/publisher.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import type { Log, Producer } from "#shared/platform/kafka/port.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";

const value = { suppression_id: "s-1" } as Suppression;
const publication = { topic: "comms.suppression", key: "k", value } as const;

async function publishing(send: Producer["send"]) {
  const clock = createManualClock();
  const sent: OutRecord[] = [];
  const producer: Producer = {
    send: (records) => {
      sent.push(...records);
      return send(records);
    },
    close: async () => {},
  };
  const codec = { encode: (topic: string, record: object) => Buffer.from(`${topic} ${JSON.stringify(record)}`) };
  const publisher = await createPublisher({
    log: { producer: async () => producer } as unknown as Log,
    codec: codec as never,
    clock,
    prefix: "t.",
    deadlineMs: 5_000,
  });
  return { publisher, clock, sent };
}

describe("publish", () => {
  it("writes one record with the headers of the house, and answers when it is acknowledged", async () => {
    const { publisher, sent } = await publishing(async () => []);
    await publisher.publish(publication, { "x-request-id": "r-1" });
    expect(String(sent[0]?.headers?.["x-request-id"])).toBe("r-1");
    expect(sent).toMatchObject([
      { topic: "t.comms.suppression", key: "k", value: Buffer.from('comms.suppression {"suppression_id":"s-1"}') },
    ]);
    const headers = sent[0]?.headers as Record<string, Buffer>;
    expect(String(headers["ce_source"])).toBe("/carillon/gateway");
    expect(Object.keys(headers).toSorted()).toEqual(["ce_id", "ce_source", "traceparent", "x-request-id"]);
  });

  it("does not answer for what is not acknowledged", async () => {
    const acknowledged = Promise.withResolvers<[]>();
    const { publisher } = await publishing(() => acknowledged.promise);
    let answered = false;
    const done = publisher.publish(publication, {}).then(() => {
      answered = true;
    });
    await drainMicrotasks();
    expect(answered).toBe(false);
    acknowledged.resolve([]);
    await done;
    expect(answered).toBe(true);
  });

  it("gives up at its deadline, as unknown, and nobody hears of the rejection that comes later", async () => {
    const acknowledged = Promise.withResolvers<[]>();
    const { publisher, clock } = await publishing(() => acknowledged.promise);
    const done = expect(publisher.publish(publication, {})).rejects.toMatchObject({
      code: "KAFKA_UNAVAILABLE",
      retryable: true,
    });
    await clock.advance(5_000);
    await done;
    acknowledged.reject(new Error("late"));
    await drainMicrotasks();
    expect(clock.sleeping).toBe(0);
  });

  it("passes the log's own refusal on", async () => {
    const { publisher } = await publishing(() => Promise.reject(new Error("no")));
    await expect(publisher.publish(publication, {})).rejects.toThrow("no");
  });
});

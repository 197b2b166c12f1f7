import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { AttemptBatch } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";

const folder = new URL("../../../../../schemas/examples/", import.meta.url);
const exampleOf = (path: string) => JSON.parse(readFileSync(new URL(path, folder), "utf8"));
const batch = exampleOf("comms.attempts/two-calls.json") as AttemptBatch;
const sent = exampleOf("comms.feedback/sent.json");
const now = batch.recorded_at + 20_000;

function record(topic: TopicName, value: unknown): DecodedRecord<unknown> {
  const origin = { topic, partition: 0, offset: 0, key: null, value: null, headers: {}, timestamp: 0 };
  return { topic, value, origin };
}

async function restored(...records: readonly DecodedRecord<unknown>[]) {
  const ledger = createMemoryLedger();
  for (const each of records) await createRebuildableLedger(ledger).apply([each], now);
  const messages = batch.calls.map(({ msg_id, attempt }) => ({ msgId: msg_id, attempt }));
  return (await ledger.peek(messages, now)).map(({ kind }) => kind);
}

describe("the ledger as it is restored from the log", () => {
  const attempts = record("comms.attempts", batch);

  test("has calls in doubt that no result followed", async () => {
    expect(await restored(attempts)).toEqual(["ambiguous", "ambiguous"]);
  });

  test("has the result where there is one, whichever topic is read first", async () => {
    const result = record("comms.feedback", { ...sent, msg_id: batch.calls[0]?.msg_id });
    expect(await restored(attempts, result)).toEqual(["sent", "ambiguous"]);
    expect(await restored(result, attempts)).toEqual(["sent", "ambiguous"]);
  });

  test("has nothing of a call that was withdrawn", async () => {
    const withdrawn = batch.calls.map(({ msg_id, claim }) => ({ msg_id, claim }));
    const later = record("comms.attempts", { ...batch, number: 8, calls: [], withdrawn });
    // The second was in doubt before the call that was withdrawn.
    expect(await restored(attempts, later)).toEqual(["free", "ambiguous"]);
  });

  test("has the call that followed one that was withdrawn, by the same sender or another, whichever is read first", async () => {
    const [call] = batch.calls;
    const again = { ...batch, number: 8, recorded_at: batch.recorded_at + 1, calls: [{ ...call, claim: ".1#50" }] };
    const withdrawn = [{ msg_id: call?.msg_id, claim: call?.claim }];
    const own = record("comms.attempts", { ...again, withdrawn });
    expect((await restored(attempts, own))[0]).toBe("ambiguous");
    // A clock that is set back between the two changes nothing within one sender.
    const setBack = record("comms.attempts", { ...again, withdrawn, recorded_at: batch.recorded_at - 60_000 });
    expect((await restored(attempts, setBack))[0]).toBe("ambiguous");
    const gone = record("comms.attempts", { ...batch, number: 9, calls: [], withdrawn });
    const others = record("comms.attempts", { ...again, sender: "host-2/1/aa/email", withdrawn: [] });
    expect((await restored(attempts, gone, others))[0]).toBe("ambiguous");
    expect((await restored(attempts, others, gone))[0]).toBe("ambiguous");
    expect((await restored(others, attempts, gone))[0]).toBe("ambiguous");
  });

  test("knows nothing of a withdrawal of another claim", async () => {
    const withdrawn = batch.calls.map(({ msg_id }) => ({ msg_id, claim: ".9#9" }));
    expect(await restored(attempts, record("comms.attempts", { ...batch, calls: [], withdrawn }))).toEqual([
      "ambiguous",
      "ambiguous",
    ]);
  });
});

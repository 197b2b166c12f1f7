import { describe, expect, test } from "vitest";
import type { AttemptLog } from "#shared/delivery/attempt-log.ts";
import { confirmedAgoMsMax } from "#shared/delivery/message-claim.ts";
import { callDeadlineMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { aSend, aSender, outage } from "./sender-bench.ts";

/** A sender whose attempt log notes what it is told, in the order of the calls. */
function announcing() {
  const seen: string[] = [];
  const log = {
    before: async (): Promise<void> => {},
    announced: [] as Parameters<AttemptLog["announce"]>[0][],
  };
  const attempts: Pick<AttemptLog, "announce" | "withdraw"> = {
    announce: async (call) => {
      await log.before();
      log.announced.push(call);
      seen.push(`announced ${call.attempt}`);
    },
    withdraw: () => void seen.push("withdrawn"),
  };
  const bench = aSender({ attempts });
  bench.world.provider = async () => {
    seen.push("called");
    return { kind: "accepted", ref: "r" };
  };
  return { ...bench, seen, log };
}

describe("a call is on the log before it begins [KV-07]", () => {
  test("once its claim is confirmed, with the claim's owner", async () => {
    const { take, seen, log } = announcing();
    await take(aSend());
    expect(seen).toEqual(["announced 1", "called"]);
    expect(log.announced).toMatchObject([{ msgId: aSend().msg_id, attempt: 1, doubt: undefined, isExpress: true }]);
    expect(log.announced[0]?.owner).toMatch(/^email-sender@test\.\d+#1$/);
  });

  test("a second one says since when the message is in doubt, and how many processes died in it", async () => {
    const bench = announcing();
    const send = aSend({ critical: true, lane: "BULK" });
    const budget = { account: "x", limits: { rate: 1, burst: 1, reserve: 0 }, calls: 1, critical: true };
    const [now, msgId] = [bench.clock.now(), send.msg_id];
    await bench.ledger.begin({ msgId, owner: "dead", attempt: 1, leaseMs, now, resend: true, budget });
    await bench.clock.advance(leaseMs);
    await bench.take(send);
    expect(bench.seen).toEqual(["announced 2", "called"]);
    expect(bench.log.announced).toMatchObject([{ attempt: 2, doubt: { since: now, crashes: 1 }, isExpress: false }]);
    expect(bench.metered).toContain("ambiguous email");
  });

  test("a doubt that only the order knows is announced as well", async () => {
    const { take, clock, log } = announcing();
    const since = clock.now() - 20_000;
    await take(aSend({ critical: true, attempt: 2 }), { "comms-in-doubt-since": String(since) });
    expect(log.announced).toMatchObject([{ attempt: 2, doubt: { since, crashes: 0 } }]);
  });

  test("while the log cannot be written nobody is called, and the message is free again", async () => {
    const { take, seen, log, ledger, clock } = announcing();
    log.before = () => Promise.reject(outage("KAFKA_UNAVAILABLE"));
    await expect(take(aSend())).rejects.toMatchObject({ code: "KAFKA_UNAVAILABLE" });
    expect(seen).toEqual(["withdrawn"]);
    expect(await ledger.peek([{ msgId: aSend().msg_id, attempt: 1 }], clock.now())).toEqual([{ kind: "free" }]);
  });

  test("one that an account out of order lets not through is withdrawn", async () => {
    const bench = announcing();
    bench.world.provider = async () => ({ kind: "refused", code: "Down" });
    await expect(bench.take(aSend())).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    expect(bench.seen).toEqual(["announced 1", "withdrawn"]);
  });

  test("where nothing was announced, nothing is withdrawn", async () => {
    const bench = announcing();
    bench.ledger.begin = () => Promise.reject(outage("REDIS_UNAVAILABLE"));
    await expect(bench.take(aSend())).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE" });
    expect(bench.seen).toEqual([]);
  });
});

describe("a log that answers late", () => {
  test("lets a claim be confirmed once more, so that its lease outlasts the call", async () => {
    const { take, clock, log, ledger, seen } = announcing();
    log.before = () => clock.advance(confirmedAgoMsMax + 1);
    await take(aSend());
    expect(seen).toEqual(["announced 1", "called"]);
    // The claim began before the wait, and was held for a lease from its end on.
    expect(confirmedAgoMsMax + callDeadlineMs).toBeLessThan(leaseMs);
    expect(await ledger.peek([{ msgId: aSend().msg_id, attempt: 1 }], clock.now())).toMatchObject([{ kind: "sent" }]);
  });

  test.each([
    ["longer than the lease is long enough for", confirmedAgoMsMax + 1],
    ["by a clock that was set back", -60_000],
  ])("calls nobody whose claim the ledger has lost meanwhile: %s", async (_what, ms) => {
    const { take, clock, log, ledger, seen } = announcing();
    log.before = async () => {
      ledger.wipe();
      ledger.restored();
      await clock.advance(ms);
    };
    await expect(take(aSend())).rejects.toMatchObject({ code: "LEDGER_CLAIM_LOST", retryable: true });
    expect(seen).toEqual(["announced 1", "withdrawn"]);
  });

  test("in time, asks the ledger nothing more", async () => {
    const { take, clock, log, ledger, seen } = announcing();
    ledger.confirm = () => Promise.reject(new Error("asked"));
    log.before = () => clock.advance(confirmedAgoMsMax);
    await take(aSend());
    expect(seen).toEqual(["announced 1", "called"]);
  });
});

import { describe, expect, it } from "vitest";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { aSend, aSender, outage, outputsOn, scheduledSend } from "./sender-bench.ts";

type Bench = ReturnType<typeof aSender>;

const away = async () => Promise.reject(outage("REDIS_UNAVAILABLE"));

/** Takes the message again whenever it is due, until it is over; a message in doubt comes sixteen times. */
async function toTheEnd(bench: Bench, first: Outcome): Promise<Outcome> {
  let outcome = first;
  for (let looks = 0; looks < 30 && outcome.kind === "defer"; looks++) {
    const { item, send } = scheduledSend(outcome);
    await bench.clock.advance(item.due_at - bench.clock.now());
    outcome = await bench.take(send, item.headers);
  }
  return outcome;
}

/** How the message ended, and how many calls it took. */
function endOf(bench: Bench, outcome: Outcome) {
  return [outputsOn(outcome, "comms.feedback").map(({ status }) => status), bench.calls.length];
}

/** Confirms the claim, and loses the answer and the release. */
function loseBeginAndRelease({ ledger }: Bench) {
  const { begin, release } = ledger;
  let begins = 0;
  ledger.begin = async (request) => {
    begins += 1;
    await begin(request);
    return away();
  };
  ledger.release = away;
  return { back: () => Object.assign(ledger, { begin, release }), begins: () => begins };
}

describe("what a sender could not write to the ledger", () => {
  it.each([false, true])(
    "a refusal for now is lost: the next attempt is made, in no doubt (critical: %s)",
    async (critical) => {
      const bench = aSender();
      const { record } = bench.ledger;
      bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
      bench.ledger.record = away;
      const first = await bench.take(aSend({ critical }));
      bench.ledger.record = record;
      bench.world.provider = async () => ({ kind: "accepted", ref: "r" });
      await bench.clock.advance(15_000);
      expect(endOf(bench, await toTheEnd(bench, first))).toEqual([["SENT"], 2]);
      expect(bench.metered).not.toContain("ambiguous email");
    },
  );

  it("the answer of begin and the release are lost: the claim is given back before the next look", async () => {
    const bench = aSender();
    const lost = loseBeginAndRelease(bench);
    await expect(bench.take(aSend())).rejects.toThrow("REDIS_UNAVAILABLE");
    lost.back();
    expect(endOf(bench, await bench.take(aSend()))).toEqual([["SENT"], 1]);
  });

  it("the same, and the lease has run out meanwhile: it is in no doubt", async () => {
    const bench = aSender();
    const lost = loseBeginAndRelease(bench);
    await expect(bench.take(aSend())).rejects.toThrow("REDIS_UNAVAILABLE");
    lost.back();
    await bench.clock.advance(15_000);
    expect(endOf(bench, await toTheEnd(bench, await bench.take(aSend())))).toEqual([["SENT"], 1]);
  });

  it("claims nothing more while a claim waits to be given back, so that what waits stays bounded", async () => {
    const bench = aSender();
    const lost = loseBeginAndRelease(bench);
    for (let tries = 0; tries < 3; tries++) await expect(bench.take(aSend())).rejects.toThrow("REDIS_UNAVAILABLE");
    expect(lost.begins()).toBe(1);
  });

  it("the account halts and the release is lost: the message is called again", async () => {
    const bench = aSender();
    const { release } = bench.ledger;
    bench.account.breaker.run = async (call) => call();
    bench.account.breaker.trip = () => {};
    bench.world.provider = async () => ({ kind: "refused", code: "Down" });
    bench.ledger.release = away;
    await expect(bench.take(aSend())).rejects.toThrow("lets nothing through");
    bench.ledger.release = release;
    bench.world.provider = async () => ({ kind: "accepted", ref: "r" });
    await bench.clock.advance(15_000);
    expect(endOf(bench, await toTheEnd(bench, await bench.take(aSend())))).toEqual([["SENT"], 2]);
  });
});

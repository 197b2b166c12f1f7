import { describe, expect, test } from "vitest";
import { aSend, aSender, outputsOn, scheduledSend } from "./sender-bench.ts";

const unreadable = async () => Promise.reject(new SyntaxError("Unexpected end of JSON input"));

describe("what is thrown once bytes may have gone out [DED-03]", () => {
  test("by the adapter: the result is unknown, recorded on the ledger, and raises an alert; the process lives", async () => {
    const bench = aSender();
    bench.world.provider = unreadable;
    const { item } = scheduledSend(await bench.take(aSend()));
    expect(item.kind).toBe("hold");
    expect(bench.metered).toEqual(["email fake unknown", "alert fake UNREADABLE_ANSWER P1"]);
    const [state] = await bench.ledger.peek([{ msgId: aSend().msg_id, attempt: 1 }], bench.clock.now());
    expect(state).toMatchObject({ kind: "ambiguous" });
  });

  test("before a promise was even given: the same", async () => {
    const bench = aSender();
    bench.world.provider = () => {
      throw new TypeError("Cannot read properties of null");
    };
    expect((await bench.take(aSend())).kind).toBe("defer");
  });

  test("a critical message is called eight times at most, then given up in doubt", async () => {
    const bench = aSender();
    bench.world.provider = unreadable;
    // Each try of a new process, as it were: a breaker of its own, and no probe to wait for.
    bench.account.breaker.run = async (call) => call();
    let outcome = await bench.take(aSend({ critical: true }));
    while (outcome.kind === "defer") {
      const { item, send } = scheduledSend(outcome);
      await bench.clock.advance(item.due_at - bench.clock.now());
      outcome = await bench.take(send);
    }
    expect(bench.calls).toHaveLength(8);
    expect(outputsOn(outcome, "comms.feedback")).toMatchObject([
      { status: "DROPPED", reason: "COMMS_AMBIGUOUS_SEND", attempt: 8, ambiguous: true },
    ]);
  });

  test("by the ledger, for any reason: the report goes out and an alert is raised", async () => {
    const bench = aSender();
    bench.ledger.record = async () => Promise.reject(new Error("OOM command not allowed"));
    const outcome = await bench.take(aSend());
    expect(outputsOn(outcome, "comms.feedback")).toMatchObject([{ status: "SENT" }]);
    expect(bench.metered).toContain("alert fake LEDGER_UNWRITTEN P1");
  });
});

describe("a process that dies in each call", () => {
  test("calls twice at most, and each second call is counted: the message is held, then given up", async () => {
    const bench = aSender();
    bench.world.provider = unreadable;
    bench.account.breaker.run = async (call) => call();
    bench.ledger.record = async () => Promise.reject(new Error("the process is gone"));
    const outcomes = [];
    for (let restart = 0; restart < 30; restart++) {
      outcomes.push(await bench.take(aSend({ critical: true })));
      await bench.clock.advance(60_000);
    }
    expect(bench.calls).toHaveLength(2);
    expect(bench.metered.filter((line) => line === "ambiguous email")).toHaveLength(1);
    expect(outputsOn(outcomes.at(-1) as (typeof outcomes)[0], "comms.feedback")).toMatchObject([
      { status: "DROPPED", reason: "COMMS_AMBIGUOUS_SEND" },
    ]);
  });
});

import { describe, expect, test } from "vitest";
import type { Feedback, Send, Suppression } from "#shared/contracts/records.ts";
import { createBreaker } from "#shared/delivery/breaker.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import type { BeginRequest } from "#shared/domain/delivery/ledger-rules.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { drainMicrotasks } from "#tests/support/manual-clock.ts";
import {
  aProfile,
  aSend,
  aSender,
  aSuppression,
  hasher,
  outage,
  outputsOn,
  scheduledSend,
  start,
} from "./sender-bench.ts";

const minute = 60_000;

function feedbackOf(outcome: Outcome): Feedback {
  const [feedback] = outputsOn(outcome, "comms.feedback");
  if (!feedback) throw new Error(`no feedback in ${JSON.stringify(outcome)}`);
  return feedback;
}

function reasonOf(outcome: Outcome): string | undefined {
  return "reason" in outcome ? outcome.reason : undefined;
}

/** What a sender that has died since began of a message, with a call by an account of its own. */
function beginOf(msgId: string, limits = { rate: 1, burst: 1, reserve: 0 }): BeginRequest {
  const budget = { account: "dead", limits, calls: 1, critical: false };
  return { msgId, owner: "dead#1", attempt: 1, leaseMs: 10_000, now: start, resend: false, budget };
}

/** What the sender does once the log holds an outcome. */
async function onTheLog(bench: ReturnType<typeof aSender>, outcome: Outcome): Promise<void> {
  await bench.sender.afterWrite?.([outcome], bench.clock.now());
}

describe("a send that goes well", () => {
  test("calls the provider once with the rendered content and reports it", async () => {
    const bench = aSender();
    const outcome = await bench.take(aSend());
    expect(outcome.kind).toBe("emit");
    expect(bench.calls).toHaveLength(1);
    expect(bench.calls[0]?.content).toMatchObject({ subject: "Booked" });
    expect(feedbackOf(outcome)).toMatchObject({
      status: "SENT",
      origin: "SENDER",
      provider: "fake",
      provider_ref: "ref-1",
      address_hash: hasher.hash("EMAIL", "ada@example.com"),
      attempt: 1,
      ambiguous: false,
      reason: null,
      msg_id: aSend().msg_id,
    });
    expect(bench.metered).toEqual(["email fake accepted"]);
  });

  test("writes to the address that the person has now, not to the one of the gates", async () => {
    const bench = aSender();
    bench.world.profile = aProfile({ email: "new@example.com" });
    const outcome = await bench.take(aSend());
    expect(bench.calls[0]?.target.address).toBe("new@example.com");
    expect(feedbackOf(outcome).address_hash).toBe(hasher.hash("EMAIL", "new@example.com"));
  });

  test("lets no address travel on a topic", async () => {
    const bench = aSender();
    const sent = await bench.take(aSend());
    bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
    const waiting = await bench.take(aSend({ cause_ref: "booking-2" }));
    for (const outcome of [sent, waiting]) expect(JSON.stringify(outcome)).not.toContain("ada@");
  });
});

describe("the second time [DED-03]", () => {
  test("before the log has it, the same report goes out again, word for word, and nobody is called", async () => {
    const bench = aSender();
    const first = await bench.take(aSend());
    await bench.clock.advance(5 * minute);
    const second = await bench.take(aSend());
    expect(bench.calls).toHaveLength(1);
    expect(second.kind).toBe("drop");
    expect(reasonOf(second)).toBe("COMMS_ALREADY_SENT");
    expect(feedbackOf(second)).toEqual(feedbackOf(first));
  });

  test("once the log has it, it is a recorded no without a report", async () => {
    const bench = aSender();
    await onTheLog(bench, await bench.take(aSend()));
    const second = await bench.take(aSend());
    expect(bench.calls).toHaveLength(1);
    expect(outputsOn(second, "comms.feedback")).toEqual([]);
    expect(outputsOn(second, "comms.decisions")).toMatchObject([
      { stage: "email-sender", verdict: "DROP", reason: "COMMS_ALREADY_SENT", gate: "ledger" },
    ]);
  });

  test("is refused even where the message has expired since: it was sent, not missed", async () => {
    const bench = aSender();
    await onTheLog(bench, await bench.take(aSend({ expires_at: start + minute })));
    await bench.clock.advance(2 * minute);
    expect(reasonOf(await bench.take(aSend({ expires_at: start + minute })))).toBe("COMMS_ALREADY_SENT");
  });

  test("a failure is reported again by the same id, and not tried again", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Never" });
    const first = await bench.take(aSend());
    const second = await bench.take(aSend());
    expect(feedbackOf(second)).toEqual(feedbackOf(first));
    expect(bench.calls).toHaveLength(1);
  });
});

describe("the second time, after the ledger has forgotten the first [DED-03]", () => {
  test("after the ledger's memory, the archive is asked: for what the ledger does not know, and for nothing else", async () => {
    const bench = aSender();
    const old = aSend({ occurred_at: start - 30 * 24 * 60 * minute });
    bench.world.sentLongAgo.add(old.msg_id);
    expect(reasonOf(await bench.take(old))).toBe("COMMS_ALREADY_SENT");
    expect(bench.world.askedArchive).toEqual([old.msg_id]);
    bench.world.sentLongAgo.clear();
    bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
    const { send } = scheduledSend(await bench.take(aSend()));
    bench.world.askedArchive.length = 0;
    await bench.take(aSend());
    await bench.take(send);
    expect(bench.world.askedArchive).toEqual([]);
    expect(bench.calls).toHaveLength(2);
  });

  test("an event that is replayed with fresh times, after the ledger has forgotten it, is known to the archive", async () => {
    const bench = aSender();
    await bench.take(aSend());
    await bench.clock.advance(5 * 24 * 60 * minute);
    bench.ledger.wipe();
    bench.ledger.restored();
    bench.world.sentLongAgo.add(aSend().msg_id);
    const again = await bench.take(aSend({ occurred_at: bench.clock.now(), queued_at: bench.clock.now() }));
    expect(reasonOf(again)).toBe("COMMS_ALREADY_SENT");
    expect(outputsOn(again, "comms.decisions")).toMatchObject([{ gate: "archive", verdict: "DROP" }]);
    expect(bench.calls).toHaveLength(1);
  });

  test("an archive that is away holds what can wait, lets a code through, and holds an old one", async () => {
    const bench = aSender({ archive: { wasSent: async () => Promise.reject(outage("POSTGRES_UNAVAILABLE")) } });
    const held = await bench.take(aSend());
    expect(reasonOf(held)).toBe("COMMS_STATE_STALE");
    expect(scheduledSend(held)).toMatchObject({ item: { kind: "hold", due_at: start + 5_000 }, send: { attempt: 1 } });
    expect(bench.calls).toEqual([]);
    const code = { cause_ref: "code-1", critical: true };
    expect((await bench.take(aSend(code))).kind).toBe("emit");
    const old = aSend({ ...code, cause_ref: "code-2", occurred_at: start - 5 * 24 * 60 * minute });
    expect(reasonOf(await bench.take(old))).toBe("COMMS_STATE_STALE");
    expect(bench.calls).toHaveLength(1);
  });
});

describe("the last look before the call", () => {
  test.for<[string, Send, Suppression | undefined, string]>([
    ["expired", aSend({ expires_at: start }), undefined, "COMMS_EXPIRED"],
    ["a hard bounce", aSend(), aSuppression(), "COMMS_SUPPRESSED"],
    ["a hard bounce, critical", aSend({ critical: true }), aSuppression(), "COMMS_SUPPRESSED"],
    ["a STOP, critical", aSend({ critical: true }), aSuppression({ reason: "STOP" }), "COMMS_SUPPRESSED"],
    ["the legal blocklist", aSend({ critical: true }), aSuppression({ reason: "LEGAL" }), "COMMS_BLOCKLISTED"],
    [
      "an unsubscribe of the category",
      aSend(),
      aSuppression({ reason: "UNSUBSCRIBE", scope: "category:booking" }),
      "COMMS_SUPPRESSED",
    ],
  ])("%s: a recorded no, and no call", async ([, send, entry, reason]) => {
    const bench = aSender();
    if (entry) bench.world.suppressions = [entry];
    const outcome = await bench.take(send);
    expect(outcome.kind).toBe("drop");
    expect(reasonOf(outcome)).toBe(reason);
    expect(outputsOn(outcome, "comms.decisions")[0]).toMatchObject({
      verdict: "DROP",
      reason,
      stage: "email-sender",
    });
    expect(bench.calls).toEqual([]);
  });

  test.each([
    ["an unsubscribe, critical", aSend({ critical: true }), aSuppression({ reason: "UNSUBSCRIBE" })],
    ["an unsubscribe of another category", aSend(), aSuppression({ reason: "UNSUBSCRIBE", scope: "category:reviews" })],
  ])("%s: sent", async (_, send, entry) => {
    const bench = aSender();
    bench.world.suppressions = [entry];
    expect((await bench.take(send)).kind).toBe("emit");
  });

  test("no address: a recorded no", async () => {
    const bench = aSender();
    bench.world.profile = null;
    expect(reasonOf(await bench.take(aSend()))).toBe("COMMS_NO_ADDRESS");
  });

  test("a view older than its bound holds what is not critical, and lets a code through", async () => {
    const bench = aSender();
    bench.world.viewsAgeMs = 5_001;
    const outcome = await bench.take(aSend());
    expect(reasonOf(outcome)).toBe("COMMS_STATE_STALE");
    expect(scheduledSend(outcome)).toMatchObject({
      item: { kind: "hold", due_at: expect.any(Number) },
      send: { attempt: 1 },
    });
    expect((await bench.take(aSend({ critical: true, cause_ref: "code-1" }))).kind).toBe("emit");
  });

  test("a ledger without its memory sends nothing, critical or not", async () => {
    const bench = aSender();
    bench.ledger.wipe();
    await expect(bench.take(aSend({ critical: true }))).rejects.toMatchObject({
      code: "COMMS_STATE_STALE",
      retryable: true,
    });
    expect(bench.calls).toEqual([]);
  });
});

describe("a provider that refuses for now", () => {
  test("the next attempt goes through the schedule, by a wait that the message determines", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
    const outcome = await bench.take(aSend({ lane: "BULK" }));
    expect(outcome.kind).toBe("defer");
    const { item, send } = scheduledSend(outcome);
    expect(item).toMatchObject({ kind: "retry", target_topic: "comms.send.email.bulk", key: "default/u1" });
    expect(send.attempt).toBe(2);
    expect(item.due_at).toBeGreaterThan(start);
    const again = scheduledSend(await bench.take(aSend({ lane: "BULK" })));
    expect(again.item).toMatchObject({ schedule_id: item.schedule_id, due_at: item.due_at });
    expect(bench.calls).toHaveLength(1);
  });

  test("the next attempt is a call of its own", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
    const { send } = scheduledSend(await bench.take(aSend()));
    bench.world.provider = async () => ({ kind: "accepted", ref: "late" });
    expect(feedbackOf(await bench.take(send))).toMatchObject({ status: "SENT", attempt: 2, provider_ref: "late" });
  });

  test("Retry-After is honoured", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Slow", retryAfterMs: 120_000 });
    const { item } = scheduledSend(await bench.take(aSend()));
    expect(item.due_at).toBeGreaterThanOrEqual(start + 120_000);
    expect(item.due_at).toBeLessThanOrEqual(start + 150_000);
  });

  test("the last attempt fails, and so does one that would come too late", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "unreached", code: "ECONNREFUSED" });
    const last = await bench.take(aSend({ attempt: 8 }));
    const late = await bench.take(aSend({ cause_ref: "b2", expires_at: start + 1 }));
    for (const outcome of [last, late])
      expect(feedbackOf(outcome)).toMatchObject({
        status: "FAILED",
        reason: "COMMS_PROVIDER_UNAVAILABLE",
        suppress: null,
      });
  });

  test("a code that nobody knows: three calls and an alert, and never a suppression", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Odd" });
    expect((await bench.take(aSend({ attempt: 2 }))).kind).toBe("defer");
    expect(feedbackOf(await bench.take(aSend({ attempt: 3 })))).toMatchObject({
      status: "FAILED",
      provider_code: "Odd",
      suppress: null,
    });
    expect(bench.metered).toContain("alert fake Odd P2");
  });
});

describe("a provider that refuses for good", () => {
  test("the report says the code, the reason and the suppression that follows", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Never" });
    const outcome = await bench.take(aSend());
    expect(outcome.kind).toBe("drop");
    expect(feedbackOf(outcome)).toMatchObject({
      status: "FAILED",
      reason: "COMMS_PROVIDER_REJECTED",
      provider_code: "Never",
      suppress: "hard_bounce",
    });
  });

  test("an account out of order pauses the stage and loses nothing", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Down" });
    const halted = expect.objectContaining({
      code: "PROVIDER_UNAVAILABLE",
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    await expect(bench.take(aSend())).rejects.toEqual(halted);
    await expect(bench.take(aSend({ cause_ref: "b2" }))).rejects.toEqual(halted);
    expect(bench.calls).toHaveLength(1);
    expect(
      (
        await bench.ledger.peek(
          [aSend()].map(({ msg_id }) => ({ msgId: msg_id, attempt: 1 })),
          start,
        )
      )[0],
    ).toEqual({ kind: "free" });
  });

  test.each(["ARTIFACT_MISSING", "ARTIFACT_CORRUPT", "USER_KEY_DESTROYED"])(
    "content that is lost for good (%s) end the message and not the process",
    async (code) => {
      const bench = aSender();
      bench.world.artifact = async () => Promise.reject(Object.assign(new Error("gone"), { code, retryable: false }));
      expect(feedbackOf(await bench.take(aSend()))).toMatchObject({ status: "FAILED", reason: "COMMS_RENDER_FAILED" });
      expect(bench.calls).toEqual([]);
    },
  );
});

const timeout = async () => ({ kind: "unknown", code: "DEADLINE" }) as const;

describe("a call with an unknown result", () => {
  test("critical: once more by the schedule, reported and counted as ambiguous", async () => {
    const bench = aSender();
    bench.world.provider = timeout;
    const { item, send } = scheduledSend(await bench.take(aSend({ critical: true })));
    expect(item.kind).toBe("retry");
    expect(bench.metered).not.toContain("ambiguous email");
    bench.world.provider = async () => ({ kind: "accepted", ref: "second" });
    expect(feedbackOf(await bench.take(send))).toMatchObject({ status: "SENT", ambiguous: true, attempt: 2 });
    expect(bench.metered.filter((line) => line === "ambiguous email")).toHaveLength(1);
  });

  test("not critical: held, and given up at the deadline with a report and a decision", async () => {
    const bench = aSender();
    bench.world.provider = timeout;
    let { item, send } = scheduledSend(await bench.take(aSend()));
    expect(item).toMatchObject({ kind: "hold", due_at: start + minute });
    await bench.clock.advance(14 * minute);
    ({ item, send } = scheduledSend(await bench.take(send)));
    expect(item.due_at).toBe(start + 15 * minute);
    await bench.clock.advance(minute);
    const end = await bench.take(send);
    expect(end.kind).toBe("drop");
    expect(feedbackOf(end)).toMatchObject({ status: "DROPPED", reason: "COMMS_AMBIGUOUS_SEND", ambiguous: true });
    expect(outputsOn(end, "comms.decisions")[0]).toMatchObject({
      verdict: "DROP",
      reason: "COMMS_AMBIGUOUS_SEND",
    });
    expect(bench.calls).toHaveLength(1);
  });

  test("feedback from the provider decides it: it was sent", async () => {
    const bench = aSender();
    bench.world.provider = timeout;
    const { send } = scheduledSend(await bench.take(aSend({ critical: true })));
    const delivered = {
      ...feedbackOf(await aSender().take(aSend())),
      status: "DELIVERED",
      origin: "PROVIDER",
    } as const;
    await onTheLog(bench, {
      kind: "emit",
      outputs: [{ topic: "comms.feedback", key: "default/u1", value: delivered }],
    });
    expect(reasonOf(await bench.take(send))).toBe("COMMS_ALREADY_SENT");
    expect(bench.calls).toHaveLength(1);
  });

  test("a sender that died in mid-call leaves its message to nobody until the lease runs out", async () => {
    const bench = aSender();
    const { msg_id } = aSend();
    await bench.ledger.begin(beginOf(msg_id));
    const held = scheduledSend(await bench.take(aSend({ critical: true })));
    expect(held.item).toMatchObject({ kind: "hold" });
    expect(held.item.due_at).toBeGreaterThan(start + 10_000);
    await bench.clock.advance(11_000);
    expect(feedbackOf(await bench.take(held.send))).toMatchObject({ status: "SENT", ambiguous: true });
    expect(bench.metered).toContain("ambiguous email");
  });
});

describe("a ledger that is wiped while messages are in doubt [KV-07]", () => {
  const wiped = async (send: Send) => {
    const bench = aSender();
    bench.world.provider = timeout;
    const scheduled = scheduledSend(await bench.take(send));
    bench.ledger.wipe();
    bench.ledger.restored();
    bench.world.provider = async () => ({ kind: "accepted", ref: "second" });
    return { bench, ...scheduled };
  };

  test("not critical: the order says itself that it is in doubt, so there is no second call", async () => {
    const { bench, item, send } = await wiped(aSend());
    await bench.clock.advance(minute);
    const held = scheduledSend(await bench.take(send, item.headers));
    expect(held.item).toMatchObject({ kind: "hold", headers: item.headers });
    await bench.clock.advance(14 * minute);
    const end = await bench.take(held.send, held.item.headers);
    expect(feedbackOf(end)).toMatchObject({ status: "DROPPED", reason: "COMMS_AMBIGUOUS_SEND", ambiguous: true });
    expect(bench.calls).toHaveLength(1);
    expect(bench.metered).not.toContain("ambiguous email");
  });

  test("critical: the second call is counted before it is made", async () => {
    const { bench, item, send } = await wiped(aSend({ critical: true }));
    let before: readonly string[] = [];
    bench.world.provider = async () => {
      before = bench.metered.filter((line) => line === "ambiguous email");
      return { kind: "accepted", ref: "second" };
    };
    expect(feedbackOf(await bench.take(send, item.headers))).toMatchObject({ status: "SENT", ambiguous: true });
    expect([before, bench.calls.length]).toEqual([["ambiguous email"], 2]);
  });

  test("a message that was refused for now is in no doubt", async () => {
    const bench = aSender();
    bench.world.provider = async () => ({ kind: "refused", code: "Slow" });
    const { item } = scheduledSend(await bench.take(aSend()));
    expect(item.headers).toEqual({ "comms-attempt": "2" });
  });
});

describe("a note, which a second call does not double", () => {
  const note = () => aSend({ channel: "INAPP", address_hash: "" });

  test("is made again where a sender died in mid-call, and counted as nothing in doubt", async () => {
    const bench = aSender({ channel: "INAPP" });
    const { msg_id } = note();
    await bench.ledger.begin(beginOf(msg_id));
    await bench.clock.advance(11_000);
    expect(feedbackOf(await bench.take(note()))).toMatchObject({ status: "SENT", ambiguous: false });
    expect(bench.metered).not.toContain("ambiguous inapp");
  });

  test("is made again by the schedule after a call whose end is unknown", async () => {
    const bench = aSender({ channel: "INAPP" });
    bench.world.provider = timeout;
    const { item, send } = scheduledSend(await bench.take(note()));
    expect(item.kind).toBe("retry");
    bench.world.provider = async () => ({ kind: "accepted", ref: "second" });
    expect(feedbackOf(await bench.take(send))).toMatchObject({ status: "SENT", ambiguous: false });
    expect(bench.metered).not.toContain("ambiguous inapp");
  });
});

describe("the call after one with an unknown result", () => {
  test("is counted before it is made, so that a process that dies in it has counted it", async () => {
    const bench = aSender();
    bench.world.provider = timeout;
    const { send } = scheduledSend(await bench.take(aSend({ critical: true })));
    let before: readonly string[] = [];
    bench.world.provider = async () => {
      before = bench.metered.filter((line) => line === "ambiguous email");
      return { kind: "accepted", ref: "r" };
    };
    await bench.take(send);
    expect(before).toEqual(["ambiguous email"]);
  });

  test("is not counted where the breaker lets it through no more", async () => {
    let isOpen = false;
    const run = async <T>(call: () => Promise<T>) => (isOpen ? Promise.reject(outage("PROVIDER_UNAVAILABLE")) : call());
    const bench = aSender({ breaker: { ...createBreaker({ account: "fake:default" }), run } });
    bench.world.provider = timeout;
    const { send } = scheduledSend(await bench.take(aSend({ critical: true })));
    isOpen = true;
    await bench.take(send).catch((error: unknown) => expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE" }));
    expect(bench.metered).not.toContain("ambiguous email");
  });

  test.each<readonly [string, () => Promise<Answer>, readonly string[]]>([
    ["no connection was made", async () => ({ kind: "unreached", code: "ECONNREFUSED" }), ["ambiguous email"]],
    ["the provider said no", async () => ({ kind: "refused", code: "Slow" }), ["ambiguous email"]],
    ["its end is unknown too", timeout, ["ambiguous email"]],
  ])("the second call counts once, whatever comes of it: %s", async (_, run, counted) => {
    const bench = aSender();
    bench.world.provider = timeout;
    const { send } = scheduledSend(await bench.take(aSend({ critical: true })));
    bench.world.provider = run;
    await bench.take(send);
    expect(bench.metered.filter((line) => line === "ambiguous email")).toEqual(counted);
  });

  test("one that died before the call leaves no doubt", async () => {
    const bench = aSender();
    const { msg_id } = aSend();
    for (const msgId of ["takes the one call", msg_id])
      await bench.ledger.begin(beginOf(msgId, { rate: 0.01, burst: 1, reserve: 0 }));
    await bench.clock.advance(11_000);
    expect(feedbackOf(await bench.take(aSend()))).toMatchObject({ status: "SENT", ambiguous: false });
  });
});

describe("stores that fail at the wrong moment", () => {
  test("a claim lost while waiting for the budget: no call", async () => {
    const bench = aSender({ budget: { rate: 1, burst: 1, reserve: 0 } });
    await bench.take(aSend({ cause_ref: "takes the token" }));
    const waiting = bench.take(aSend());
    const refused = expect(waiting).rejects.toMatchObject({ code: "LEDGER_CLAIM_LOST", retryable: true });
    await drainMicrotasks();
    bench.ledger.wipe();
    bench.ledger.restored();
    await bench.clock.advance(1_000);
    await refused;
    expect(bench.calls).toHaveLength(1);
  });

  test("the record that cannot be written does not undo the call: the report goes out", async () => {
    const bench = aSender();
    bench.ledger.record = async () => Promise.reject(outage("REDIS_UNAVAILABLE"));
    expect(feedbackOf(await bench.take(aSend()))).toMatchObject({ status: "SENT" });
  });

  test("an outage while it waits for the budget gives the claim back", async () => {
    const bench = aSender({ budget: { rate: 1, burst: 1, reserve: 0 } });
    await bench.take(aSend({ cause_ref: "takes the token" }));
    const confirm = bench.ledger.confirm;
    bench.ledger.confirm = async () => Promise.reject(outage("REDIS_UNAVAILABLE"));
    const failed = expect(bench.take(aSend())).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE" });
    await drainMicrotasks();
    await bench.clock.advance(1_000);
    await failed;
    bench.ledger.confirm = confirm;
    expect((await bench.take(aSend())).kind).toBe("emit");
  });

  test("a claim that was confirmed, but whose answer was lost, is given back: the next try finds no doubt", async () => {
    const bench = aSender();
    const begin = bench.ledger.begin;
    bench.ledger.begin = async (request) => {
      await begin(request);
      throw outage("REDIS_UNAVAILABLE");
    };
    await expect(bench.take(aSend())).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE" });
    bench.ledger.begin = begin;
    expect(feedbackOf(await bench.take(aSend()))).toMatchObject({ status: "SENT", ambiguous: false, attempt: 1 });
    expect(bench.calls).toHaveLength(1);
  });

  test("a message that goes at once asks the ledger twice: to begin, and to record", async () => {
    const bench = aSender();
    const asked: string[] = [];
    const { begin, confirm, record, release } = bench.ledger;
    const noted = <Args extends unknown[], Answer>(name: string, call: (...args: Args) => Answer) => {
      return (...args: Args) => (asked.push(name), call(...args));
    };
    Object.assign(bench.ledger, {
      begin: noted("begin", begin),
      confirm: noted("confirm", confirm),
      record: noted("record", record),
      release: noted("release", release),
    });
    await bench.take(aSend());
    expect(asked).toEqual(["begin", "record"]);
  });

  test("a spent budget pauses what is not critical, and a code takes from the reserve", async () => {
    const bench = aSender({ budget: { rate: 0.1, burst: 3, reserve: 2 } });
    expect((await bench.take(aSend())).kind).toBe("emit");
    await expect(bench.take(aSend({ cause_ref: "b2" }))).rejects.toMatchObject({
      code: "RATE_BUDGET_SPENT",
      retryAfterMs: 10_000,
    });
    expect((await bench.take(aSend({ cause_ref: "code", critical: true }))).kind).toBe("emit");
  });
});

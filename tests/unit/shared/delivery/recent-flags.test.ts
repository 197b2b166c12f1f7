import { describe, expect, test } from "vitest";
import { createRecentFlags, flagsAgeMsMax } from "#shared/delivery/recent-flags.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";
import { aFlag } from "#tests/support/policy/records.ts";
import { aSend, aSender, outage, outputsOn, scheduledSend, start } from "./sender-bench.ts";

const paused: Flags = new Map([aFlag("comms.pause.channel.email", true)]);

/** A sender whose next call waits a second for its turn: the first has taken the only one. */
async function aWaitingSender() {
  const bench = aSender({ budget: { rate: 1, burst: 1, reserve: 0 } });
  await bench.take(aSend({ cause_ref: "takes the token" }));
  return bench;
}

describe("the flags that a sender remembers", () => {
  function remembered() {
    const clock = createManualClock(start);
    const asked: number[] = [];
    const views = { flags: async () => (asked.push(clock.now() - start), { value: paused, ageMs: 0 }) };
    return { clock, asked, recent: createRecentFlags(views, clock) };
  }

  test("are those of the last look-up until they are too old; then one trip is made for all who ask", async () => {
    const { clock, asked, recent } = remembered();
    recent.note(new Map(), start);
    await clock.advance(flagsAgeMsMax);
    expect((await recent.recent()).size).toBe(0);
    await clock.advance(1);
    const [one, two] = await Promise.all([recent.recent(), recent.recent()]);
    expect([one, two, await recent.recent()]).toEqual([paused, paused, paused]);
    expect(asked).toEqual([flagsAgeMsMax + 1]);
  });

  test("are looked up where nobody has yet, and where the clock was set back", async () => {
    const { clock, asked, recent } = remembered();
    await recent.recent();
    recent.note(new Map(), clock.now() + 3_600_000);
    expect(await recent.recent()).toBe(paused);
    expect(asked).toHaveLength(2);
  });

  test("are asked for again after a failure", async () => {
    const clock = createManualClock(start);
    let fails = true;
    const flags = async () => (fails ? Promise.reject(outage("REDIS_UNAVAILABLE")) : { value: paused, ageMs: 0 });
    const recent = createRecentFlags({ flags }, clock);
    await expect(recent.recent()).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE" });
    fails = false;
    expect(await recent.recent()).toBe(paused);
  });
});

describe("a sender under a pause [ADM-11]", () => {
  test("keeps what was routed before it, and sends it once, by the same attempt, when it is lifted", async () => {
    const bench = aSender();
    bench.world.flags = paused;
    const held = await bench.take(aSend({ critical: true, lane: "BULK" }));
    const { item, send } = scheduledSend(held);
    expect(item).toMatchObject({
      kind: "hold",
      pause_key: "comms.pause.channel.email",
      target_topic: "comms.send.email.bulk",
    });
    expect(held).toMatchObject({ kind: "defer", reason: "COMMS_PAUSED" });
    expect(outputsOn(held, "comms.decisions")).toMatchObject([{ gate: "pause", verdict: "HOLD", due_at: item.due_at }]);
    expect(bench.calls).toEqual([]);
    bench.world.flags = new Map();
    expect((await bench.take(send)).kind).toBe("emit");
    expect((await bench.take(send)).kind).toBe("drop");
    expect(bench.calls).toHaveLength(1);
  });

  test("ends what expires meanwhile as expired", async () => {
    const bench = aSender();
    bench.world.flags = paused;
    const { item, send } = scheduledSend(await bench.take(aSend({ expires_at: start + 5_000 })));
    expect(item.due_at).toBe(start + 5_000);
    await bench.clock.advance(5_000);
    expect(await bench.take(send)).toMatchObject({ kind: "drop", reason: "COMMS_EXPIRED" });
  });

  test("makes no call for what waited for its turn when the pause came, and its claim is free again", async () => {
    const bench = await aWaitingSender();
    const waiting = bench.take(aSend());
    await drainMicrotasks();
    bench.world.flags = paused;
    await bench.clock.advance(1_000);
    const { send } = scheduledSend(await waiting);
    expect(bench.calls).toHaveLength(1);
    expect(send.attempt).toBe(1);
    const [state] = await bench.ledger.peek([{ msgId: send.msg_id, attempt: 1, reopens: null }], bench.clock.now());
    expect(state).toEqual({ kind: "free" });
    bench.world.flags = new Map();
    await bench.clock.advance(1_000);
    expect(outputsOn(await bench.take(send), "comms.feedback")).toMatchObject([{ status: "SENT", ambiguous: false }]);
  });

  test("makes no call for what expires, or whose channel is switched off, while it waits for its turn", async () => {
    const expiring = await aWaitingSender();
    const late = expiring.take(aSend({ expires_at: start + 900 }));
    const switched = await aWaitingSender();
    const off = switched.take(aSend());
    await drainMicrotasks();
    switched.world.flags = new Map([aFlag("comms.channels.email.enabled", false)]);
    await Promise.all([expiring.clock.advance(1_000), switched.clock.advance(1_000)]);
    expect(await late).toMatchObject({ kind: "drop", reason: "COMMS_EXPIRED" });
    expect(await off).toMatchObject({ kind: "drop", reason: "COMMS_CHANNEL_DISABLED" });
    expect([expiring.calls.length, switched.calls.length]).toEqual([1, 1]);
  });

  test("looks the flags up with the batch alone where no call waits", async () => {
    const bench = aSender();
    const asked: string[] = [];
    const { world } = bench;
    Object.defineProperty(world, "flags", { get: () => (asked.push("flags"), new Map()) });
    await bench.take(aSend());
    expect(asked).toEqual(["flags"]);
  });
});

import { describe, expect, test } from "vitest";
import type { Preference } from "#shared/contracts/records.ts";
import { hoursOf } from "#shared/domain/quiet-hours/hours.ts";
import { releaseAt } from "#shared/domain/quiet-hours/release.ts";
import { aConsent, aPreference, aProfile, aSend, aSender, outputsOn, scheduledSend, start } from "./sender-bench.ts";

const minute = 60_000;
const off = (opted_in = false) => [{ channel: "EMAIL", category: "booking", opted_in } as const];
const toNewYork = aProfile({ tz: "America/New_York" });
/** 20:59:50 in New York, ten seconds before the quiet hours. */
const dusk = Date.UTC(2026, 0, 6, 1, 59, 50);

function reasonOf(outcome: { readonly reason?: string } | object): string | undefined {
  return "reason" in outcome ? outcome.reason : undefined;
}

describe("what the person has said since the router looked [PRF-08] [CAN-11]", () => {
  test("a category switched off: a recorded no, and no call", async () => {
    const bench = aSender();
    bench.world.preference = aPreference({ channels: off() });
    const outcome = await bench.take(aSend());
    expect(reasonOf(outcome)).toBe("COMMS_PREF_BLOCKED");
    expect(outputsOn(outcome, "comms.decisions")).toMatchObject([
      { stage: "email-sender", gate: "preference", verdict: "DROP", reason: "COMMS_PREF_BLOCKED" },
    ]);
    expect(bench.calls).toEqual([]);
  });

  test("switched off, and critical: sent", async () => {
    const bench = aSender();
    bench.world.preference = aPreference({ channels: off() });
    expect((await bench.take(aSend({ critical: true }))).kind).toBe("emit");
  });

  test("off by default: sent only to who opted in by a consent to it", async () => {
    const bench = aSender();
    const promotion = aSend({ category: "promotions" });
    expect(reasonOf(await bench.take(promotion))).toBe("COMMS_PREF_BLOCKED");
    bench.world.consents = [aConsent({ channel: "EMAIL", category: "promotions" })];
    expect((await bench.take(promotion)).kind).toBe("emit");
  });

  test.each([
    ["withdrawn", [aConsent({ granted: false })], false],
    ["withdrawn, and critical", [aConsent({ granted: false })], true],
    ["missing", [], false],
  ])("a consent that the channel needs, %s: a recorded no, and no call", async (_, consents, critical) => {
    const bench = aSender();
    bench.world.consents = consents;
    const outcome = await bench.take(aSend({ channel: "SMS", category: "security", critical }));
    expect(reasonOf(outcome)).toBe("COMMS_CONSENT_MISSING");
    expect(outputsOn(outcome, "comms.decisions")).toMatchObject([{ gate: "consent", verdict: "DROP" }]);
    expect(bench.calls).toEqual([]);
  });
});

describe("quiet hours at the call [QH-01]", () => {
  /** A sender at dusk whose provider has just asked for half an hour's patience. */
  async function refusedAtDusk(preference: Preference | null = null, change: Parameters<typeof aSend>[0] = {}) {
    const bench = aSender();
    await bench.clock.advance(dusk - start);
    bench.world.profile = toNewYork;
    bench.world.preference = preference;
    bench.world.provider = async () => ({ kind: "refused", code: "Slow", retryAfterMs: 30 * minute });
    const first = await bench.take(aSend({ occurred_at: dusk, queued_at: dusk, ...change }));
    const { item, send } = scheduledSend(first);
    await bench.clock.advance(item.due_at - dusk);
    bench.world.provider = async () => ({ kind: "accepted", ref: "r" });
    return { bench, send };
  }

  test("a retry that comes due in them waits for their end, and is the same attempt then", async () => {
    const { bench, send } = await refusedAtDusk();
    const held = await bench.take(send);
    const morning = releaseAt(hoursOf(null, toNewYork), "u1", bench.clock.now());
    const { item, send: next } = scheduledSend(held);
    expect(reasonOf(held)).toBe("COMMS_QUIET_HOURS");
    expect(item).toMatchObject({ kind: "hold", due_at: morning });
    expect(outputsOn(held, "comms.decisions")).toMatchObject([{ gate: "quiet_hours", verdict: "HOLD" }]);
    expect(bench.calls).toHaveLength(1);
    await bench.clock.advance(item.due_at - bench.clock.now());
    expect((await bench.take(next)).kind).toBe("emit");
    expect(next.attempt).toBe(2);
    expect(bench.calls).toHaveLength(2);
  });

  test.each([
    ["critical", null, { critical: true }],
    ["of a category that the person allows in them", ["booking"], {}],
  ])("what is %s goes out", async (_, allowed, change) => {
    const hours = { start_local: "21:00", end_local: "08:00", tz: "America/New_York", allow_categories: allowed ?? [] };
    const { bench, send } = await refusedAtDusk(aPreference({ quiet_hours: hours }), change);
    expect((await bench.take(send)).kind).toBe("emit");
  });

  test("what expires before their end ends there", async () => {
    const { bench, send } = await refusedAtDusk(null, { expires_at: dusk + 60 * minute });
    expect(reasonOf(await bench.take(send))).toBe("COMMS_EXPIRED");
    expect(bench.calls).toHaveLength(1);
  });

  test("what is in doubt is not put off by them: its own wait goes on", async () => {
    const bench = aSender();
    await bench.clock.advance(dusk - start);
    bench.world.profile = toNewYork;
    bench.world.provider = async () => ({ kind: "unknown", code: "DEADLINE" });
    const { send } = scheduledSend(await bench.take(aSend()));
    await bench.clock.advance(minute);
    expect(reasonOf(await bench.take(send))).toBe("COMMS_AMBIGUOUS_SEND");
  });
});

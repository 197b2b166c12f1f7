import { describe, expect, test } from "vitest";
import type { ChannelAdapter } from "#shared/delivery/adapter.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { aToken } from "#tests/support/policy/records.ts";
import { aConsent, aSend, aSender, outputsOn, scheduledSend, start } from "./sender-bench.ts";

const accepted: Answer = { kind: "accepted", ref: "r" };
const gone: Answer = { kind: "refused", code: "Gone" };
const slow: Answer = { kind: "refused", code: "Slow" };
const unknown: Answer = { kind: "unknown", code: "DEADLINE" };

/** A sender whose person has a device for each answer. */
function withDevices(answers: Readonly<Record<string, Answer>>) {
  const called: string[] = [];
  const base = aSender().account.adapter;
  const adapter: ChannelAdapter = {
    ...base,
    send: async ({ target }) => {
      called.push(target.deviceId);
      return answers[target.deviceId] ?? accepted;
    },
  };
  const bench = aSender({ channel: "PUSH", adapter });
  bench.world.consents = [aConsent()];
  // The device seen last comes first.
  bench.world.tokens = Object.keys(answers).map((deviceId, index) =>
    aToken({ device_id: deviceId, token: `token-${deviceId}`, last_seen: -index }),
  );
  return { ...bench, called };
}

const push = (change: Parameters<typeof aSend>[0] = {}) => aSend({ channel: "PUSH", address_hash: null, ...change });
const statusOf = (outcome: Parameters<typeof outputsOn>[0]) => outputsOn(outcome, "comms.feedback")[0];

describe("one message to several devices [PSH-02]", () => {
  test("is sent once one has taken it; a device that failed for now is not tried again", async () => {
    const bench = withDevices({ phone: accepted, tablet: slow });
    const outcome = await bench.take(push());
    expect(statusOf(outcome)).toMatchObject({ status: "SENT", address_hash: null });
    expect(bench.called).toEqual(["phone", "tablet"]);
    expect((await bench.take(push())).kind).toBe("drop");
    expect(bench.called).toHaveLength(2);
  });

  test("forgets the devices that are gone by tombstones, whether the message is sent, waits or fails [PSH-03]", async () => {
    const sent = await withDevices({ phone: accepted, old: gone }).take(push());
    const waiting = await withDevices({ phone: slow, old: gone }).take(push());
    const failed = await withDevices({ old: gone }).take(push());
    for (const outcome of [sent, waiting, failed]) {
      const outputs = "outputs" in outcome ? outcome.outputs : [];
      expect(outputs.filter(({ topic }) => topic === "comms.tokens")).toEqual([
        { topic: "comms.tokens", key: "default/token-old", value: null },
      ]);
    }
    expect(statusOf(failed)).toMatchObject({ status: "FAILED", provider_code: "Gone" });
  });

  test("is tried again only where none took it", async () => {
    const { item, send } = scheduledSend(await withDevices({ phone: slow, old: gone }).take(push()));
    expect(item.kind).toBe("retry");
    expect(send.attempt).toBe(2);
  });

  test("is in doubt while one may have taken it, although another refused", async () => {
    const { item } = scheduledSend(await withDevices({ phone: unknown, tablet: slow }).take(push()));
    expect(item.kind).toBe("hold");
  });

  test("takes as many calls from the budget as it has devices", async () => {
    const bench = withDevices({ a: accepted, b: accepted, c: accepted });
    const budget = { rate: 0.001, burst: 5, reserve: 0 };
    const sender = aSender({ channel: "PUSH", adapter: bench.account.adapter, budget });
    sender.world.consents = [aConsent()];
    sender.world.tokens = bench.world.tokens;
    await sender.take(push());
    const rest = { account: sender.account.id, limits: budget, critical: false };
    const another = { owner: "another", attempt: 1, leaseMs: 10_000, now: start, resend: false };
    const left = (msgId: string, calls: number) =>
      sender.ledger.begin({ ...another, msgId, budget: { ...rest, calls } });
    expect(await left("m2", 3)).toMatchObject({ waitMs: 1_000_000 });
    expect(await left("m3", 2)).toMatchObject({ waitMs: 0 });
  });
});

import { describe, expect, it } from "vitest";
import { createMetrics } from "#shared/platform/telemetry/metrics.ts";
import { Closers } from "#shared/runtime/process/closers.ts";
import { Host, type HostedService } from "#shared/runtime/process/host.ts";
import type { ShellState } from "#shared/runtime/shell/shell-parts.ts";

function hosted(state: Partial<ShellState>): HostedService {
  const whole = { stage: "router", ready: true, why: undefined, assigned: 1, inHand: 0, stalledMs: 0, ...state };
  return { name: whole.stage, start: async () => {}, stop: async () => {}, state: () => whole };
}

describe("the health of a process", () => {
  it("is not ready before everything in it has started", async () => {
    const host = new Host([hosted({})], createMetrics());
    expect(host.health.ready()).toBe("starting: router");
    await host.start();
    expect(host.health.ready()).toBeUndefined();
  });

  it("names every stage that is not ready, and why", async () => {
    const host = new Host([hosted({ ready: false, why: "it waits" }), hosted({ stage: "intake" })], createMetrics());
    await host.start();
    expect(host.health.ready()).toBe("router: it waits");
  });

  it("is not ready while what all use is in trouble, and lives", async () => {
    const host = new Host([hosted({})], createMetrics(), () => "Postgres has not answered for 9 s");
    expect(host.health.live()).toBeUndefined();
    await host.start();
    expect(host.health.ready()).toBe("Postgres has not answered for 9 s");
  });

  it("is not live when a stage has records in hand and does nothing", () => {
    const stuck = new Host([hosted({ stalledMs: 61_000, inHand: 3 })], createMetrics());
    expect(stuck.health.live()).toMatch(/router: no progress/);
    expect(new Host([hosted({ stalledMs: 59_000, inHand: 3 })], createMetrics()).health.live()).toBeUndefined();
  });
});

describe("closing", () => {
  it("goes in reverse order, and on past what fails or hangs", async () => {
    const order: string[] = [];
    const closers = new Closers();
    closers.add("first", () => order.push("first"));
    closers.add("fails", () => {
      throw new Error("no");
    });
    closers.add("hangs", () => new Promise(() => {}));
    closers.add("last", () => order.push("last"));
    expect(await closers.close(20)).toEqual(["hangs", "fails"]);
    expect(order).toEqual(["last", "first"]);
  });
});

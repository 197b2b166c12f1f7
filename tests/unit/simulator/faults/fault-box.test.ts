import { describe, expect, it } from "vitest";
import type { Call } from "#simulator/core/call.ts";
import { type FaultRequest, faultRequest } from "#simulator/faults/fault.ts";
import { createFaultBox, type FaultBox } from "#simulator/faults/fault-box.ts";

const call = (fields: Partial<Call> = {}): Call => ({
  provider: "ses",
  operation: "SendEmail",
  channel: "email",
  recipients: ["ada@example.org"],
  msgId: "m-1",
  ...fields,
});
const add = (box: FaultBox, request: FaultRequest, now = 0) => box.add(faultRequest.parse(request), now);

describe("the fault box", () => {
  it("gives a fault to so many calls, and then is healthy", () => {
    const box = createFaultBox(1);
    add(box, { kind: "outage", count: 2 });
    const met = [1, 2, 3].map(() => box.take(call(), 0)?.kind);
    expect(met).toEqual(["outage", "outage", undefined]);
    expect(box.list(0)).toEqual([]);
  });

  it("changes a step of a session only by a fault that names its operation", () => {
    const box = createFaultBox(1);
    add(box, { kind: "outage", count: 1 });
    add(box, { kind: "reset", count: 1, match: { operation: "MAIL" } });
    const mail = call({ provider: "smtp", operation: "MAIL" });
    const met = [mail, { ...mail, operation: "RCPT" }, mail].map((step) => box.takeStep(step, 0)?.kind);
    expect(met).toEqual(["reset", undefined, undefined]);
    expect(box.list(0)).toMatchObject([{ kind: "outage", hits: 0 }]);
  });

  it.each([
    [{ until: 100 }, 0],
    [{ for_ms: 60 }, 40],
  ])("ends a fault with %j at its time, not before", (end, start) => {
    const box = createFaultBox(1);
    add(box, { kind: "outage", ...end }, start);
    expect(box.take(call(), 99)).toBeDefined();
    expect(box.take(call(), 100)).toBeUndefined();
  });

  it.each([
    [{ provider: "fcm" as const }, false],
    [{ provider: "all" as const }, true],
    [{ match: { recipient: "ada@" } }, true],
    [{ match: { recipient: "bo@" } }, false],
    [{ match: { msg_id: "m-1" } }, true],
    [{ match: { msg_id: "m-2" } }, false],
    [{ match: { operation: "GetAccount" } }, false],
    [{ match: { recipient: "ada", msg_id: "m-2" } }, false],
  ])("matches %j: %s", (request, met) => {
    const box = createFaultBox(1);
    add(box, { kind: "outage", ...request });
    expect(box.take(call(), 0) !== undefined).toBe(met);
  });

  it("gives the oldest fault that matches, and that one alone", () => {
    const box = createFaultBox(1);
    add(box, { kind: "latency", match: { msg_id: "m-2" } });
    add(box, { kind: "reset", count: 1 });
    add(box, { kind: "outage" });
    expect([box.take(call(), 0)?.kind, box.take(call(), 0)?.kind]).toEqual(["reset", "outage"]);
    expect(box.list(0).map(({ hits }) => hits)).toEqual([0, 1]);
  });

  it("meets a share of the calls, the same ones for the same seed", () => {
    const met = (seed: number): readonly boolean[] => {
      const box = createFaultBox(seed);
      add(box, { kind: "outage", share: 0.3 });
      return Array.from({ length: 1000 }, (_, index) => box.take(call({ msgId: `m-${index}` }), 0) !== undefined);
    };
    expect(met(5)).toEqual(met(5));
    expect(met(5)).not.toEqual(met(6));
    const share = met(5).filter(Boolean).length / 1000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  it("clears one provider's faults, one fault, or all", () => {
    const box = createFaultBox(1);
    const [first] = [add(box, { provider: "ses", kind: "outage" }), add(box, { provider: "ses", kind: "reset" })];
    add(box, { provider: "fcm", kind: "outage" });
    expect(box.clear({ id: first.id })).toBe(1);
    expect(box.clear({ provider: "ses" })).toBe(1);
    expect(box.list(0).map(({ provider }) => provider)).toEqual(["fcm"]);
    expect(box.clear()).toBe(1);
  });
});

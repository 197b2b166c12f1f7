import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Breaker, type BreakerState, createBreaker } from "#shared/delivery/breaker.ts";

const isFailure = (value: string) => value === "failure";
const fire = (breaker: Breaker, value: string) => breaker.run(async () => value, isFailure);

let states: BreakerState[];
let breaker: Breaker;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
  states = [];
  breaker = createBreaker({
    account: "ses:default",
    volume: 4,
    openMs: 10_000,
    random: () => 0.5,
    onState: (state) => states.push(state),
  });
});
afterEach(() => {
  breaker.close();
  vi.useRealTimers();
});

async function open(): Promise<void> {
  for (let call = 0; call < 4; call++) expect(await fire(breaker, "failure")).toBe("failure");
}

describe("the breaker", () => {
  test("opens on failures, and still returns every value", async () => {
    await open();
    expect(breaker.state()).toBe("open");
    expect(states).toEqual(["open"]);
  });

  test("stays closed on refusals of one address, however many", async () => {
    for (let call = 0; call < 50; call++) await fire(breaker, "refused");
    expect(breaker.state()).toBe("closed");
  });

  test("while open, calls nobody and says how long to wait", async () => {
    await open();
    const call = vi.fn(async () => "fine");
    await vi.advanceTimersByTimeAsync(4_000);
    const refusal = { code: "PROVIDER_UNAVAILABLE", retryable: true, retryAfterMs: 6_000 };
    await expect(breaker.run(call, isFailure)).rejects.toMatchObject(refusal);
    expect(() => breaker.admit()).toThrow(expect.objectContaining(refusal));
    expect(call).not.toHaveBeenCalled();
  });

  test("lets one call probe; a good one closes it", async () => {
    await open();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(breaker.state()).toBe("half_open");
    const probe = Promise.withResolvers<string>();
    const probing = breaker.run(() => probe.promise, isFailure);
    await expect(fire(breaker, "fine")).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    probe.resolve("fine");
    expect(await probing).toBe("fine");
    expect(await fire(breaker, "fine")).toBe("fine");
    expect(states).toEqual(["open", "half_open", "closed"]);
  });

  test("a bad probe opens it again", async () => {
    await open();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await fire(breaker, "failure")).toBe("failure");
    expect(breaker.state()).toBe("open");
  });

  test("opens at once when it is tripped", () => {
    breaker.trip();
    expect(() => breaker.admit()).toThrow("The breaker of ses:default is open");
  });

  test("an error of the call passes as it is", async () => {
    await expect(breaker.run(async () => Promise.reject(new TypeError("ours")), isFailure)).rejects.toThrow(
      new TypeError("ours"),
    );
  });
});

describe("the breaker of a provider that flaps", () => {
  test("opens on so many failures in a row, whatever went well before them", async () => {
    for (let call = 0; call < 100; call++) await fire(breaker, "fine");
    for (let call = 0; call < 3; call++) await fire(breaker, "failure");
    await fire(breaker, "fine");
    for (let call = 0; call < 3; call++) await fire(breaker, "failure");
    expect(breaker.state()).toBe("closed");
    await fire(breaker, "failure");
    expect(breaker.state()).toBe("open");
  });

  test("stays open for a time of its own, so that it does not probe in step with the provider", async () => {
    const draws = [0, 0.999];
    const own = createBreaker({ account: "ses:other", volume: 1, openMs: 10_000, random: () => draws.shift() ?? 0.5 });
    own.trip();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(own.state()).toBe("half_open");
    await fire(own, "failure");
    await vi.advanceTimersByTimeAsync(11_900);
    expect(own.state()).toBe("open");
    await vi.advanceTimersByTimeAsync(100);
    expect(own.state()).toBe("half_open");
    own.close();
  });
});

import { describe, expect, test } from "vitest";
import type { Token } from "#shared/contracts/records.ts";
import { devicesMax, devicesOf } from "#shared/domain/channel/push.ts";
import type { Target } from "#shared/domain/delivery/target.ts";
import { start } from "../../../shared/delivery/sender-bench.ts";

function aToken(device_id: string, change: Partial<Token> = {}): Token {
  const base = {
    tenant_id: "default",
    user_id: "u1",
    device_id,
    platform: "IOS",
    token: `token-${device_id}`,
    locale: null,
  } as const;
  return { ...base, last_seen: start, invalid_attempts: 0, updated_at: start, ...change };
}

describe("a person's devices [PSH-02]", () => {
  test("are all written to, those seen last first", () => {
    const targets = devicesOf([
      aToken("a", { last_seen: 1 }),
      aToken("b", { last_seen: 3 }),
      aToken("c", { last_seen: 2 }),
    ]);
    expect((targets as readonly Target[]).map(({ deviceId }) => deviceId)).toEqual(["b", "c", "a"]);
  });

  test("that share a token get it once, under the device seen last", () => {
    const shared = [aToken("old", { token: "t", last_seen: 1 }), aToken("new", { token: "t", last_seen: 2 })];
    expect(devicesOf(shared)).toEqual([{ address: "t", deviceId: "new" }]);
  });

  test("that have registered another token since are called by the later one only", () => {
    const renewed = [aToken("a", { token: "new", last_seen: 2 }), aToken("a", { token: "old", last_seen: 1 })];
    expect(devicesOf(renewed)).toEqual([{ address: "new", deviceId: "a" }]);
    const nameless = renewed.map((token) => ({ ...token, device_id: "" }));
    expect(devicesOf(nameless)).toHaveLength(2);
  });

  test("beyond the bound are left out; none is no address", () => {
    const many = Array.from({ length: devicesMax + 5 }, (_, index) => aToken(`d${index}`, { last_seen: index }));
    expect(devicesOf(many)).toHaveLength(devicesMax);
    expect(devicesOf([])).toBe("none");
    expect(devicesOf([aToken("a", { token: "" })])).toBe("none");
  });
});

import { describe, expect, it } from "vitest";
import { keyEnd, overlapEnd } from "#shared/domain/access/api-key.ts";

describe("the end of a key", () => {
  it.each([
    [{ revokedAt: null, expiresAt: null }, undefined],
    [{ revokedAt: null, expiresAt: 1_001 }, undefined],
    [{ revokedAt: null, expiresAt: 1_000 }, "expired"],
    [{ revokedAt: 900, expiresAt: null }, "revoked"],
    // By the clock of another machine it is not revoked yet. It is, all the same.
    [{ revokedAt: 1_100, expiresAt: 900 }, "revoked"],
  ])("of %j at 1000 is %s", (key, end) => expect(keyEnd(key, 1_000)).toBe(end));
});

describe("the end of a key that is replaced", () => {
  it.each([
    [null, 500, 1_500],
    [null, 0, 1_000],
    [1_200, 500, 1_200],
    [9_000, 500, 1_500],
  ])("that expires at %s, with an overlap of %s, is at %s", (expiresAt, overlapMs, end) =>
    expect(overlapEnd(expiresAt, overlapMs, 1_000)).toBe(end),
  );
});

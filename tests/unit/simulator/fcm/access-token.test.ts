import { describe, expect, it } from "vitest";
import { issueToken, isValidToken, lifetimeSeconds } from "#simulator/fcm/access-token.ts";

describe("the access token", () => {
  const token = issueToken(1, 1000);
  it("is good to its end, and with its seed alone", () => {
    expect(isValidToken(token, 1, 1000 + lifetimeSeconds * 1000 - 1)).toBe(true);
    expect(isValidToken(token, 1, 1000 + lifetimeSeconds * 1000)).toBe(false);
    expect(isValidToken(token, 2, 1000)).toBe(false);
    expect(isValidToken(token.replace(/\.\d+\./, ".9999999999999."), 1, 1000)).toBe(false);
    expect(isValidToken(undefined, 1, 1000)).toBe(false);
  });
});

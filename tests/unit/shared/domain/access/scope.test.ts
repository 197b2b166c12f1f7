import { describe, expect, it } from "vitest";
import { allScopes, isScope } from "#shared/domain/access/scope.ts";

describe("a scope", () => {
  it("is one of the list", () => {
    expect(allScopes.every(isScope)).toBe(true);
    expect(["", "events", "events:write ", "constructor", "toString", "*"].filter(isScope)).toEqual([]);
  });
});

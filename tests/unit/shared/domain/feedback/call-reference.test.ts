import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashInTag, hashTag, readCallQuery, writeCallQuery } from "#shared/domain/feedback/call-reference.ts";

const hash = `v1:k-1:${"0f".repeat(32)}`;

describe("what a call says of itself", () => {
  it("comes back from the query of its callback as it was", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.constantFrom("EXPRESS", "BULK"),
        fc.option(fc.integer({ min: 1, max: 4_102_444_800_000 })),
        (attempt, lane, expires_at) => {
          const query = new URLSearchParams(writeCallQuery({ attempt, lane, expires_at }, hash)).toString();
          expect(readCallQuery(query)).toEqual({ addressHash: hash, attempt, lane, expiresAt: expires_at });
        },
      ),
    );
  });

  it.each([null, undefined, "", "attempt=0&to=", "attempt=1e3&to=v1", "attempt=-2&to=ada@example.com"])(
    "is nothing in %j",
    (query) => {
      expect(readCallQuery(query)).toEqual({ addressHash: null, attempt: null, lane: "EXPRESS", expiresAt: null });
    },
  );

  it("with an expiry that cannot be read names no attempt, so that nothing is tried again too late", () => {
    expect(readCallQuery("attempt=1&expires=soon").attempt).toBeNull();
  });

  it("goes through a tag, which takes no colon", () => {
    expect(hashTag(hash)).toMatch(/^[\w.-]+$/);
    expect(hashInTag(hashTag(hash))).toBe(hash);
    for (const tag of [null, "", "ada@example.com", "v1.k.0f"]) expect(hashInTag(tag)).toBeNull();
  });
});

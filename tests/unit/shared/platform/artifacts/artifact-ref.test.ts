import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { locateArtifact, refOf } from "#shared/platform/artifacts/artifact-ref.ts";
import { frameBytesMax } from "#shared/platform/artifacts/segment-frame.ts";

const owner = { tenantId: "default", userId: "ada", msgId: "m1" };
const hash = "0123456789abcdef".repeat(4);
const name = `default/m1/${hash}`;
const place = { segment: `2026-11-26/${"a1".repeat(12)}`, offset: 67_108_863, length: 1_799 };

test("a reference leads back to the place that it was made of", () => {
  expect(refOf(name, place)).toBe(`${name}/${place.segment}/67108863/1799`);
  expect(locateArtifact(owner, refOf(name, place))).toEqual({ name, hash, place });
  expect(locateArtifact(owner, name)).toEqual({ name, hash, place: undefined });
});

test("a reference of any text leads nowhere, or to a bounded range in a segment", () => {
  const step = fc.constantFrom("..", "/", "2026-11-26", "a1".repeat(12), "0", "1799", "-1", "1e9", "\0", hash, "%2e");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(step, { maxLength: 7 }).map((steps) => steps.join("/")),
  );
  let located = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map((rest) => `${name}/${rest}`),
        fc.tuple(fc.nat(), fc.nat()).map(([offset, length]) => refOf(name, { ...place, offset, length })),
      ),
      (ref) => {
        try {
          const found = locateArtifact(owner, ref);
          located++;
          if (!found.place) return;
          expect(join("/root", found.place.segment)).toMatch(/^\/root\/[\d-]{10}\/[0-9a-f]{24}$/);
          expect(found.place.offset).toBeGreaterThanOrEqual(0);
          expect(found.place.length).toBeGreaterThan(0);
          expect(found.place.length).toBeLessThanOrEqual(frameBytesMax);
        } catch (error) {
          expect(error).toMatchObject({ code: "ARTIFACT_MISSING", retryable: false });
        }
      },
    ),
    { numRuns: 2_000 },
  );
  expect(located).toBeGreaterThan(1);
});

test("a reference of one more byte than a frame may have leads nowhere", () => {
  expect(locateArtifact(owner, refOf(name, { ...place, length: frameBytesMax })).place?.length).toBe(frameBytesMax);
  expect(() => locateArtifact(owner, refOf(name, { ...place, length: frameBytesMax + 1 }))).toThrow(
    "names no artifact",
  );
});

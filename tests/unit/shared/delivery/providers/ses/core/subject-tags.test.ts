import fc from "fast-check";
import { expect, it } from "vitest";
import { subjectInTags, subjectTags } from "#shared/delivery/providers/ses/core/subject-tags.ts";

const reader = (tags: readonly { readonly Name: string; readonly Value: string }[]) => (name: string) =>
  tags.find(({ Name }) => Name === name)?.Value ?? null;

it("a sealed subject of any length that fits comes back whole, in tags that SES takes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_536 }), (length) => {
      const sealed = Array.from({ length }, (_, at) => "abc-_019"[at % 8]).join("");
      const tags = subjectTags(sealed);
      expect(tags.every(({ Value }) => /^[A-Za-z0-9_.@-]{1,256}$/.test(Value))).toBe(true);
      expect(subjectInTags(reader(tags))).toBe(sealed);
    }),
  );
});

it("there is none where the tags have none", () => {
  expect(subjectInTags(reader([{ Name: "msg_id", Value: "m" }]))).toBeUndefined();
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReportSubject, readSubject, writeSubject } from "#shared/domain/feedback/report-subject.ts";

const text = fc.string({ unit: "binary" });
const subjects: fc.Arbitrary<ReportSubject> = fc.record({
  msg_id: text,
  tenant_id: text,
  user_id: text,
  event_id: text,
  correlation_id: text,
  cause_event: text,
  cause_ref: text,
  template_name: text,
  template_version: fc.nat(),
  category: text,
  locale: text,
  dedupe_key: text,
  artifact_ref: text,
  occurred_at: fc.nat(),
});

describe("the subject of a report", () => {
  it("comes back from its text as it was", () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        expect(readSubject(writeSubject(subject), subject.msg_id)).toEqual(subject);
      }),
    );
  });

  it.each(["", "canary", "{}", "[]", "null", JSON.stringify(Array(13).fill("x")), JSON.stringify(Array(13).fill(1))])(
    "is in no other text: %s",
    (other) => {
      expect(readSubject(other, "m-1")).toBeUndefined();
    },
  );
});

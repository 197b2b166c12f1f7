import { expect, test } from "vitest";
import { dueNote, readDueNote, readReportNote, reportNote } from "#shared/domain/delivery/ledger-note.ts";
import type { SendReport } from "#shared/domain/delivery/report.ts";

test("a note gives back what was written, and the ledger's text stays as it is", () => {
  const report = { status: "FAILED", reason: "COMMS_PROVIDER_REJECTED", detail: "a|b" } as SendReport;
  expect(readReportNote(reportNote(report))).toEqual(report);
  expect(dueNote(1_700)).toBe('{"dueAt":1700}');
  expect(readDueNote('{"dueAt":1700}')).toBe(1_700);
});

test("a note that is none is a fault", () => {
  expect(() => readReportNote("{")).toThrow(SyntaxError);
  expect(() => readDueNote("")).toThrow(SyntaxError);
});

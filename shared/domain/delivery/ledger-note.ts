/**
 * The note of a ledger entry: a sender writes it beside the result of a call, and the next one that asks reads it. Both
 * are ours, so a note that cannot be read is a fault of the program, and throws.
 */
import type { Instant } from "../time/instant.ts";
import type { SendReport } from "./report.ts";

/** The note of a finished message: its report, which the log may lack. */
export function reportNote(report: SendReport): string {
  return JSON.stringify(report);
}

/** The report in the note of a finished message. */
export function readReportNote(note: string): SendReport {
  return JSON.parse(note) as SendReport;
}

/** The note of a message that waits: when its next attempt is due. */
export function dueNote(dueAt: Instant): string {
  return JSON.stringify({ dueAt });
}

/** The instant in the note of a message that waits. */
export function readDueNote(note: string): Instant {
  return (JSON.parse(note) as { readonly dueAt: Instant }).dueAt;
}

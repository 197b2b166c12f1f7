import type { Accepted, Event } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import { recipientsOf } from "../recipient/actors.ts";
import { acceptedRecords } from "./accepted.ts";
import { envelopeIssues } from "./envelope-issues.ts";
import type { EventEntry } from "./event-entry.ts";
import type { IntakeContext } from "./intake-context.ts";
import { type IntakeLimits, intakeLimits } from "./limits.ts";
import { readPayload } from "./payload.ts";
import { isLonger } from "./size.ts";

type IntakeReason = Extract<Reason, "COMMS_INVALID_EVENT" | "COMMS_UNKNOWN_EVENT" | "COMMS_PAYLOAD_TOO_LARGE">;

/** Whether an event is accepted, with its records, or rejected, with every issue. */
export type IntakeDecision =
  | { readonly kind: "accepted"; readonly records: readonly Accepted[] }
  | { readonly kind: "rejected"; readonly reason: IntakeReason; readonly issues: readonly string[] };

/**
 * Accepts an event as one record for each recipient, or rejects it with all of its issues. Issues name fields and never
 * repeat a value. The function does not throw for any event.
 */
export function decideIntake(event: Event, context: IntakeContext): IntakeDecision {
  const { catalog, now, limits = intakeLimits } = context;
  const payload = readPayload(event.payload, limits);
  if (payload.kind === "too large") return reject("COMMS_PAYLOAD_TOO_LARGE", [payload.issue]);

  const issues = [...envelopeIssues(event, limits, now)];
  const entry = catalog.find(event.name);
  if (!entry) return reject("COMMS_UNKNOWN_EVENT", ["the event catalog has no event of this name", ...issues]);

  issues.push(...catalogIssues(event, entry, limits));
  if (payload.kind === "unreadable") return reject("COMMS_INVALID_EVENT", [...issues, payload.issue]);

  issues.push(...catalog.issues(entry, payload.variables));
  if (issues.length > 0) return reject("COMMS_INVALID_EVENT", issues);
  const records = acceptedRecords({ event, entry, variables: payload.variables }, context);
  if ("issues" in records) return reject("COMMS_INVALID_EVENT", records.issues);
  const issue = fanOutFault(event.payload, records.length, limits);
  return issue === undefined ? { kind: "accepted", records } : reject("COMMS_PAYLOAD_TOO_LARGE", [issue]);
}

/** All records of an event are written at once, and each carries the payload. */
function fanOutFault(payload: string, count: number, { fanOutBytesMax }: IntakeLimits): string | undefined {
  if (!isLonger(payload, fanOutBytesMax / Math.max(1, count))) return undefined;
  return `payload is larger than ${fanOutBytesMax / 1024 ** 2} MiB over all recipients; tell fewer in one event`;
}

function catalogIssues(event: Event, entry: EventEntry, { actorsMax }: IntakeLimits): readonly string[] {
  // Who is among too many people is not looked for.
  const unfilled =
    event.actors.length > actorsMax
      ? []
      : entry.sends.filter((send) => recipientsOf(send.role, event.actors).length === 0);
  const roles = [...new Set(unfilled.map((send) => send.role))];
  const isOtherCategory = event.category !== null && event.category !== entry.category;
  return [
    ...roles.map((role) => `actors has nobody in the role '${role}'`),
    ...(isOtherCategory ? [`category is not the catalog's, '${entry.category}'`] : []),
  ];
}

function reject(reason: IntakeReason, issues: readonly string[]): IntakeDecision {
  return { kind: "rejected", reason, issues: issues };
}

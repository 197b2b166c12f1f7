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

export type IntakeDecision =
  | { readonly kind: "accepted"; readonly records: readonly Accepted[] }
  | { readonly kind: "rejected"; readonly reason: IntakeReason; readonly faults: readonly string[] };

/**
 * Takes an event in or refuses it, with every fault that it has. Taken in, it is one record a recipient; refused, the
 * faults name fields and never repeat a value. Total: it answers for whatever an Event can hold.
 */
export function decideIntake(event: Event, context: IntakeContext): IntakeDecision {
  const { catalog, now, limits = intakeLimits } = context;
  const payload = readPayload(event.payload, limits);
  if (payload.kind === "too large") return rejected("COMMS_PAYLOAD_TOO_LARGE", [payload.fault]);

  const faults = [...envelopeIssues(event, limits, now)];
  const entry = catalog.find(event.name);
  if (!entry) return rejected("COMMS_UNKNOWN_EVENT", ["the event catalog has no event of this name", ...faults]);

  faults.push(...catalogFaults(event, entry));
  if (payload.kind === "unreadable") return rejected("COMMS_INVALID_EVENT", [...faults, payload.fault]);

  faults.push(...catalog.issues(entry, payload.variables));
  if (faults.length > 0) return rejected("COMMS_INVALID_EVENT", faults);
  const records = acceptedRecords(event, entry, payload.variables, context);
  if ("faults" in records) return rejected("COMMS_INVALID_EVENT", records.faults);
  const fault = fanOutFault(event.payload, records.length, limits);
  return fault === undefined ? { kind: "accepted", records } : rejected("COMMS_PAYLOAD_TOO_LARGE", [fault]);
}

/** All records of an event are written at once, and each of them carries the payload. */
function fanOutFault(payload: string, count: number, { fan_out_bytes_max }: IntakeLimits): string | undefined {
  if (!isLonger(payload, fan_out_bytes_max / Math.max(1, count))) return undefined;
  return `payload is larger than ${fan_out_bytes_max / 1024 ** 2} MiB over all recipients; tell fewer in one event`;
}

function catalogFaults(event: Event, entry: EventEntry): readonly string[] {
  const lacking = entry.sends.filter((send) => recipientsOf(send.role, event.actors).length === 0);
  const roles = [...new Set(lacking.map((send) => send.role))];
  const strange = event.category !== null && event.category !== entry.category;
  return [
    ...roles.map((role) => `actors has nobody in the role '${role}'`),
    ...(strange ? [`category is not the catalog's, '${entry.category}'`] : []),
  ];
}

function rejected(reason: IntakeReason, faults: readonly string[]): IntakeDecision {
  return { kind: "rejected", reason, faults };
}

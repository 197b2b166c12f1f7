import type { Event } from "#shared/contracts/records.ts";
import { decideIntake, type IntakeDecision } from "#shared/domain/event/decide-intake.ts";
import type { EventCatalog } from "#shared/domain/event/event-entry.ts";
import { boundIssues } from "#shared/domain/event/issues.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { valueIssue } from "#shared/domain/event/storable.ts";
import { fieldsOf, isObject, listOf } from "#shared/domain/json/readers.ts";
import type { Problem, ProblemCode } from "../../http/problem.ts";
import { eventBody, shapeIssues } from "./body.ts";
import { type EventOrigin, eventOf, topicOf } from "./event.ts";

export type EventCheck =
  | { readonly event: Event; readonly intake: Extract<IntakeDecision, { kind: "accepted" }> }
  | { readonly problem: Problem };

/**
 * The event in a body, checked as intake will check it; or every issue that it has, of shape and of content at once. An event
 * of another tenant is refused for that alone.
 */
export function checkEvent(body: unknown, catalog: EventCatalog, origin: EventOrigin): EventCheck {
  const problem = otherTenant(fieldsOf(body)["tenant_id"], origin.tenantId);
  if (problem !== undefined) return { problem };
  // Asked first: a schema tells every issue of every actor.
  if (listOf(fieldsOf(body)["actors"]).length > intakeLimits.actorsMax) {
    return { problem: invalidEvent([`actors has more than ${intakeLimits.actorsMax} people`]) };
  }
  const shape = eventBody.safeParse(body);
  if (!shape.success) return { problem: invalidEvent([...shapeIssues(shape.error), ...payloadIssues(body, catalog)]) };
  // Checked before it is serialized: JSON.stringify overflows on a deep value and writes null for Infinity.
  const issue = valueIssue(shape.data.payload, intakeLimits.payloadDepthMax);
  if (issue !== undefined) return { problem: invalidEvent([issue]) };
  const event = eventOf(shape.data, origin);
  const intake = decideIntake(event, { catalog, topic: topicOf(event), now: origin.now });
  if (intake.kind === "accepted") return { event, intake };
  return { problem: eventProblem(intake.reason, intake.issues) };
}

/** The problem of a body that names another tenant than that of its key; undefined where it names none or the same. */
export function otherTenant(named: unknown, tenantId: string): Problem | undefined {
  if (typeof named !== "string" || named === tenantId) return undefined;
  return { code: "COMMS_TENANT_MISMATCH", detail: "tenant_id names another tenant than the key's; leave it out" };
}

/** The issues of the payload in a body whose shape does not fit. */
function payloadIssues(body: unknown, catalog: EventCatalog): readonly string[] {
  const { name, payload } = fieldsOf(body);
  const entry = typeof name === "string" ? catalog.find(name) : undefined;
  if (typeof name === "string" && !entry) return ["the event catalog has no event of this name"];
  return entry && isObject(payload) ? catalog.issues(entry, payload) : [];
}

/** The problem of an event with these issues. */
export function invalidEvent(issues: readonly string[]): Problem {
  return eventProblem("COMMS_INVALID_EVENT", issues);
}

function eventProblem(code: ProblemCode, issues: readonly string[]): Problem {
  return { code, detail: detailOf(issues), faults: boundIssues(issues) };
}

function detailOf(issues: readonly string[]): string {
  return issues.length === 1 ? "The event has one issue" : `The event has ${issues.length} issues`;
}

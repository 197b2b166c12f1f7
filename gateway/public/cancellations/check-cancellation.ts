import { z } from "zod";
import type { Cancellation } from "#shared/contracts/records.ts";
import { idIssues, isStorableText } from "#shared/domain/event/envelope-issues.ts";
import { boundIssues } from "#shared/domain/event/issues.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { isLonger } from "#shared/domain/event/size.ts";
import { fieldsOf } from "#shared/domain/json/readers.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Caller } from "../../access/require-keys.ts";
import type { Problem } from "../../http/problem.ts";
import { shapeIssues } from "../events/body.ts";
import { otherTenant } from "../events/check-event.ts";

/** Bytes of the reason of a cancellation, in UTF-8. */
export const reasonBytesMax = 256;

/** What `POST /v1/cancellations` takes. */
export const cancellationBody = z.strictObject({
  cause_ref: z.string().describe("The reference of the events whose messages are cancelled"),
  reason: z.string().default("").describe("Why, for whoever asks later; no personal data"),
  tenant_id: z.string().optional().describe("The key's tenant; left out, the same. Another is refused"),
});

/** Who cancels, and when. */
export interface CancellationOrigin {
  readonly caller: Caller;
  readonly now: Instant;
}

/** The cancellation in a body, or all of its issues. One of another tenant is refused for that alone. */
export function checkCancellation(
  body: unknown,
  { caller, now }: CancellationOrigin,
): { readonly cancellation: Cancellation } | { readonly problem: Problem } {
  const problem = otherTenant(fieldsOf(body)["tenant_id"], caller.tenantId);
  if (problem !== undefined) return { problem };
  const shape = cancellationBody.safeParse(body);
  if (!shape.success) return { problem: invalidCancellation(shapeIssues(shape.error)) };
  const { cause_ref, reason } = shape.data;
  const issues = [...idIssues("cause_ref", cause_ref, intakeLimits), ...reasonIssues(reason)];
  if (issues.length > 0) return { problem: invalidCancellation(issues) };
  return {
    cancellation: {
      tenant_id: caller.tenantId,
      cause_ref,
      cancelled_at: now,
      reason,
      cancelled_by: caller.keyId,
    },
  };
}

function reasonIssues(reason: string): readonly string[] {
  return [
    ...(isStorableText(reason) ? [] : ["reason has a control character or half a character in it"]),
    ...(isLonger(reason, reasonBytesMax) ? [`reason is longer than ${reasonBytesMax} bytes`] : []),
  ];
}

function invalidCancellation(issues: readonly string[]): Problem {
  const detail = `The cancellation has ${issues.length === 1 ? "one issue" : `${issues.length} issues`}`;
  return { code: "COMMS_INVALID_EVENT", detail, faults: boundIssues(issues) };
}

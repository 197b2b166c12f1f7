import type { IntakeLimits } from "./limits.ts";
import { isLonger } from "./size.ts";
import { numbersIssue, valueIssue } from "./storable.ts";

/** A payload as variables, or what keeps it from being read. */
export type Payload =
  | { readonly kind: "variables"; readonly variables: Readonly<Record<string, unknown>> }
  | { readonly kind: "unreadable"; readonly fault: string }
  | { readonly kind: "too large"; readonly fault: string };

/** Measures first, so that what is too large is never parsed. */
export function readPayload(json: string, { payload_bytes_max, payload_depth_max }: IntakeLimits): Payload {
  if (isLonger(json, payload_bytes_max)) {
    return { kind: "too large", fault: `payload is larger than ${payload_bytes_max / 1024} KiB` };
  }
  const value = parsed(json);
  if (value === undefined) return { kind: "unreadable", fault: "payload is not JSON" };
  if (!isObject(value)) return { kind: "unreadable", fault: "payload is not a JSON object" };
  const fault = numbersIssue(json) ?? valueIssue(value, payload_depth_max);
  return fault === undefined ? { kind: "variables", variables: value } : { kind: "unreadable", fault };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

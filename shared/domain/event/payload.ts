import { jsonExcess } from "../json/excess.ts";
import { isObject, parseJson } from "../json/readers.ts";
import type { IntakeLimits } from "./limits.ts";
import { isLonger } from "./size.ts";
import { numbersIssue, valueIssue } from "./storable.ts";

/** A payload as variables, or the issue that makes it unreadable or too large. */
export type Payload =
  | { readonly kind: "variables"; readonly variables: Readonly<Record<string, unknown>> }
  | { readonly kind: "unreadable"; readonly issue: string }
  | { readonly kind: "too large"; readonly issue: string };

/** Reads a payload. It measures first, so that a payload that is too large is never parsed. */
export function readPayload(json: string, limits: IntakeLimits): Payload {
  const { payloadBytesMax, payloadDepthMax, payloadValuesMax } = limits;
  if (isLonger(json, payloadBytesMax)) {
    return { kind: "too large", issue: `payload is larger than ${payloadBytesMax / 1024} KiB` };
  }
  const excess = jsonExcess(json, { valuesMax: payloadValuesMax, depthMax: payloadDepthMax });
  if (excess === "values") return { kind: "too large", issue: `payload has more than ${payloadValuesMax} values` };
  if (excess === "depth") return { kind: "unreadable", issue: "payload is nested too deep" };
  const value = parseJson(json);
  if (value === undefined) return { kind: "unreadable", issue: "payload is not JSON" };
  if (!isObject(value)) return { kind: "unreadable", issue: "payload is not a JSON object" };
  const issue = numbersIssue(json) ?? valueIssue(value, payloadDepthMax);
  return issue === undefined ? { kind: "variables", variables: value } : { kind: "unreadable", issue };
}

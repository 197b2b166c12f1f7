import type { Send } from "#shared/contracts/records.ts";
import { parseJson } from "../json/readers.ts";

const textFields = [
  "tenant_id",
  "user_id",
  "event_id",
  "correlation_id",
  "cause_event",
  "cause_ref",
  "template_name",
  "category",
  "locale",
  "dedupe_key",
  "artifact_ref",
] as const satisfies readonly (keyof Send)[];
const numberFields = ["template_version", "occurred_at"] as const satisfies readonly (keyof Send)[];

/** What a report repeats of its order, and no provider says by itself. */
export type ReportSubject = Pick<Send, "msg_id" | (typeof textFields)[number] | (typeof numberFields)[number]>;

/** The fields of an order that a report on it will repeat, as a short text; without `msg_id`, which stands beside it. */
export function writeSubject(send: ReportSubject): string {
  return JSON.stringify([...textFields.map((name) => send[name]), ...numberFields.map((name) => send[name])]);
}

/** The subject in such a text; undefined for any other. */
export function readSubject(text: string, msgId: string): ReportSubject | undefined {
  const values = parseJson(text);
  if (!Array.isArray(values) || values.length !== textFields.length + numberFields.length) return undefined;
  const isWhole = values.every((value, at) =>
    at < textFields.length ? typeof value === "string" : Number.isSafeInteger(value),
  );
  if (!isWhole) return undefined;
  const names = [...textFields, ...numberFields];
  return { msg_id: msgId, ...Object.fromEntries(names.map((name, at) => [name, values[at]])) } as ReportSubject;
}

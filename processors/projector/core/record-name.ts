import type { InRecord } from "#shared/contracts/log-record.ts";

/** What finds a record again, beside its position. */
export interface RecordName {
  /** The record's message, or what the record itself is called; empty where it has no name that can be read. */
  readonly id: string;
  readonly tenantId: string;
}

/** The closest name first: a message, then what the record is called on its own topic, then its event. */
const idFields = [
  "msg_id",
  "accepted_id",
  "decision_id",
  "rejected_id",
  "schedule_id",
  "event_id",
  "cause_ref",
] as const;

/** Names a record by its value; by its header and its key where the value cannot be read. */
export function recordName({ headers, key }: Pick<InRecord, "headers" | "key">, value: unknown): RecordName {
  const [headerId] = [headers["ce_id"] ?? []].flat();
  const ids = idFields.map((field) => textOf(value, field)).filter((id) => id !== "");
  return {
    id: ids[0] ?? headerId?.toString("utf8") ?? "",
    tenantId: textOf(value, "tenant_id") || key?.toString("utf8").split("/", 1)[0] || "default",
  };
}

function textOf(value: unknown, field: string): string {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
  return typeof found === "string" ? found : "";
}

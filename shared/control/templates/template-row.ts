import type { Template } from "#shared/contracts/records.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** A row of `comms_template` (DAT-01), with its column names. Values of `…_json` are JSON texts. */
export interface TemplateRow {
  readonly template_id: string;
  readonly name: string;
  readonly version: number;
  /** Lower case, as the column's check has it. */
  readonly channel: string;
  readonly locale: string;
  readonly category: string;
  readonly critical: boolean;
  readonly tracking: boolean;
  readonly subject_mjml: string | null;
  readonly body_mjml: string | null;
  readonly body_text: string | null;
  readonly push_json: string | null;
  readonly sms_text: string | null;
  readonly inapp_json: string | null;
  readonly variables_json: string;
  readonly is_active: boolean;
  readonly created_by: string;
  readonly published_at: Instant;
  readonly content_hash: string;
}

/** The store in which people read and edit templates: Postgres. */
export interface TemplateStore {
  /** Inserts the row, or overwrites the one of the same `template_id`. Idempotent. Throws `POSTGRES_UNAVAILABLE` (retryable). */
  saveTemplate(row: TemplateRow): Promise<void>;
}

/** The row of a source and of the template that was compiled from it. */
export function templateRow(source: TemplateSource, template: Template): TemplateRow {
  const { channel, subject, text } = source;
  const note = JSON.stringify({ title: subject, body: text, data: JSON.parse(source.data ?? "{}") as unknown });
  return {
    template_id: template.template_id,
    name: template.name,
    version: template.version,
    channel: channel.toLowerCase(),
    locale: template.locale,
    category: template.category,
    critical: template.critical,
    tracking: template.tracking,
    subject_mjml: channel === "EMAIL" ? subject : null,
    body_mjml: source.mjml,
    body_text: channel === "EMAIL" ? text : null,
    push_json: channel === "PUSH" ? note : null,
    sms_text: channel === "SMS" ? text : null,
    inapp_json: channel === "INAPP" ? note : null,
    variables_json: template.variables,
    is_active: template.active,
    created_by: source.manifest.author,
    published_at: template.published_at,
    content_hash: template.content_hash,
  };
}

import type { Template } from "#shared/contracts/records.ts";
import { descriptorOf } from "#shared/domain/channel/channels.ts";
import type { TemplateColumn } from "#shared/domain/channel/descriptor.ts";
import { channelName } from "#shared/domain/message/channel.ts";
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
  return {
    template_id: template.template_id,
    name: template.name,
    version: template.version,
    channel: channelName(source.channel),
    locale: template.locale,
    category: template.category,
    critical: template.critical,
    tracking: template.tracking,
    ...contentColumns(source),
    variables_json: template.variables,
    is_active: template.active,
    created_by: source.manifest.author,
    published_at: template.published_at,
    content_hash: template.content_hash,
  };
}

/** The columns of every channel: those of the source's own, the others null. */
function contentColumns(source: TemplateSource): Readonly<Record<TemplateColumn, string | null>> {
  const { subject, mjml, text } = source;
  const note = JSON.stringify({ title: subject, body: text, data: JSON.parse(source.data ?? "{}") as unknown });
  const from = { subject, mjml, text, note };
  const own = Object.entries(descriptorOf(source.channel)?.content?.columns ?? {});
  return { ...noContent, ...Object.fromEntries(own.map(([column, part]) => [column, from[part]])) };
}

const noContent: Readonly<Record<TemplateColumn, null>> = {
  subject_mjml: null,
  body_mjml: null,
  body_text: null,
  push_json: null,
  sms_text: null,
  inapp_json: null,
};

import type { Template } from "#shared/contracts/records.ts";
import { descriptorOf } from "#shared/domain/channel/channels.ts";
import { type TemplateColumn, templateColumns } from "#shared/domain/channel/descriptor.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** The content of a template in the columns of its channel; those of other channels are null. */
type ContentColumns = Readonly<Record<TemplateColumn, string | null>>;

/** A row of `comms_template` (DAT-01), with its column names. Values of `…_json` are JSON texts. */
export interface TemplateRow extends ContentColumns {
  readonly template_id: string;
  readonly name: string;
  readonly version: number;
  /** Lower case, as the column's check has it. */
  readonly channel: string;
  readonly locale: string;
  readonly category: string;
  readonly critical: boolean;
  readonly tracking: boolean;
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

function contentColumns(source: TemplateSource): ContentColumns {
  const { subject, mjml, text } = source;
  const note = JSON.stringify({ title: subject, body: text, data: JSON.parse(source.data ?? "{}") as unknown });
  const from = { subject, mjml, text, note };
  const own = descriptorOf(source.channel)?.content?.columns ?? {};
  const valueIn = (column: TemplateColumn) => (own[column] === undefined ? null : from[own[column]]);
  return Object.fromEntries(templateColumns.map((column) => [column, valueIn(column)])) as ContentColumns;
}

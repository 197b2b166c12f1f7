import type { Pool } from "pg";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { TemplateRow, TemplateStore } from "./template-row.ts";

const save = sqlFile(import.meta.url, "./save-template.sql");

/** The table `comms_template`: the source of truth for written and published templates. */
export function createTemplateStore(pool: Pool): TemplateStore {
  return {
    saveTemplate: async (row) => {
      await postgres(() => pool.query(save, columns(row)));
    },
  };
}

function columns(row: TemplateRow): unknown[] {
  return [
    row.template_id,
    row.name,
    row.version,
    row.channel,
    row.locale,
    row.category,
    row.critical,
    row.tracking,
    row.subject_mjml,
    row.body_mjml,
    row.body_text,
    row.push_json,
    row.sms_text,
    row.inapp_json,
    row.variables_json,
    row.is_active,
    row.created_by,
    new Date(row.published_at),
    row.content_hash,
  ];
}

import type { Pool } from "pg";
import { fieldColumns, replaceColumns, rowStatement } from "#shared/platform/postgres/columns.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { TemplateRow, TemplateStore } from "./template-row.ts";

const columns = fieldColumns<TemplateRow>({
  template_id: "text",
  name: "text",
  version: "int",
  channel: "text",
  locale: "text",
  category: "text",
  critical: "boolean",
  tracking: "boolean",
  subject_mjml: "text",
  body_mjml: "text",
  body_text: "text",
  push_json: "jsonb",
  sms_text: "text",
  inapp_json: "jsonb",
  variables_json: "jsonb",
  is_active: "boolean",
  created_by: "text",
  published_at: "instant",
  content_hash: "text",
});

/** `template_id` is derived from these. */
const kept = ["template_id", "name", "version", "channel", "locale"];
const save = rowStatement(sqlFile(import.meta.url, "./save-template.sql"), columns, {
  replacements: replaceColumns(columns, kept),
});

/** The table `comms_template`: the source of truth for written and published templates. */
export function createTemplateStore(pool: Pool): TemplateStore {
  return {
    saveTemplate: async (row) => {
      await postgres(() => pool.query(save.text, save.parameters([row])));
    },
  };
}

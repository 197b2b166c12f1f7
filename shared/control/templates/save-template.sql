insert into comms_template (template_id, name, version, channel, locale, category, critical, tracking, subject_mjml, body_mjml, body_text,
                            push_json, sms_text, inapp_json, variables_json, is_active, created_by, published_at, content_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
on conflict (template_id) do update set
  category = excluded.category, critical = excluded.critical, tracking = excluded.tracking,
  subject_mjml = excluded.subject_mjml, body_mjml = excluded.body_mjml, body_text = excluded.body_text,
  push_json = excluded.push_json, sms_text = excluded.sms_text, inapp_json = excluded.inapp_json,
  variables_json = excluded.variables_json, is_active = excluded.is_active, created_by = excluded.created_by,
  published_at = excluded.published_at, content_hash = excluded.content_hash

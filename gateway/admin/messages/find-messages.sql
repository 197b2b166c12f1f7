-- Messages of a tenant, the latest first. Instants in ms. What arrived has no last error, whatever an earlier attempt met.
-- $1 tenant, $2 since, then each one or null: $3 person, $4 event, $5 cause, $6 correlation, $7 template, $8 channel, $9 status,
-- $10 msg_id; $11 and $12 after this created_at (ms) and msg_id, or null; $13 rows at most
select msg_id, event_id, cause_event as event, cause_ref, correlation_id, user_id, channel, template_name as template,
  template_version, category_key as category, locale, critical, status, reason, provider, provider_ref, attempts,
  case when status in ('sent', 'delivered') then null else last_error_code end as last_error_code,
  (extract(epoch from created_at) * 1000)::float8 as created_at,
  (extract(epoch from updated_at) * 1000)::float8 as updated_at,
  (extract(epoch from due_at) * 1000)::float8 as due_at,
  (extract(epoch from sent_at) * 1000)::float8 as sent_at,
  (extract(epoch from delivered_at) * 1000)::float8 as delivered_at
from comms_message
where tenant_id = $1 and created_at >= $2
  and ($3::text is null or user_id = $3) and ($4::text is null or event_id = $4)
  and ($5::text is null or cause_ref = $5) and ($6::text is null or correlation_id = $6)
  and ($7::text is null or template_name = $7) and ($8::text is null or channel = $8)
  and ($9::text is null or status = $9) and ($10::text is null or msg_id = $10)
  and ($11::float8 is null or (created_at, msg_id) < (to_timestamp($11 / 1000.0), $12))
order by created_at desc, msg_id desc
limit $13

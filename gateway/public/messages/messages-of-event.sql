-- What became of one event's messages. Instants in ms. What arrived has no last error, whatever an earlier attempt met.
-- $1 tenant, $2 cause_ref or null, $3 event_id or null, $4 after this msg_id, $5 rows at most
select msg_id, event_id, cause_event as event, cause_ref, user_id, channel, template_name as template,
  category_key as category, critical, status, reason, provider, attempts,
  case when status in ('sent', 'delivered') then null else last_error_code end as last_error_code,
  (extract(epoch from created_at) * 1000)::float8 as created_at,
  (extract(epoch from updated_at) * 1000)::float8 as updated_at,
  (extract(epoch from due_at) * 1000)::float8 as due_at,
  (extract(epoch from sent_at) * 1000)::float8 as sent_at,
  (extract(epoch from delivered_at) * 1000)::float8 as delivered_at
from comms_message
where tenant_id = $1 and ($2::text is null or cause_ref = $2) and ($3::text is null or event_id = $3) and msg_id > $4
order by msg_id
limit $5

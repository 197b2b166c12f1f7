-- The messages of one person since an instant, or the one that is named, latest first. Instants in ms. A stamp is weight|ms|id: that of the render
-- says when the message was queued. What arrived has no last error, whatever an earlier attempt met.
select msg_id as "msgId", channel, template_name as template, template_version as version, locale, status, reason,
  (extract(epoch from due_at) * 1000)::float8 as "dueAt",
  provider, provider_ref as "providerRef", attempts,
  case when status in ('sent', 'delivered') then null else last_error_code end as "lastErrorCode",
  cause_event as "causeEvent", cause_ref as "causeRef",
  (extract(epoch from created_at) * 1000)::float8 as "createdAt",
  nullif(split_part(rendered_stamp, '|', 2), '')::float8 as "queuedAt",
  (extract(epoch from sent_at) * 1000)::float8 as "sentAt",
  (extract(epoch from delivered_at) * 1000)::float8 as "deliveredAt"
from comms_message
where tenant_id = $1 and ($2::text is null or user_id = $2) and ($6::text is null or msg_id = $6) and ($3::text is null or template_name = $3) and updated_at >= $4
order by created_at desc, channel
limit $5

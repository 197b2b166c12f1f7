-- The messages of one person since an instant, latest first.
select msg_id, channel, template_name, template_version, category_key, locale, status, reason, due_at, provider, provider_ref, attempts,
       cause_event, cause_ref, created_at, updated_at
from comms_message
where tenant_id = $1 and user_id = $2 and ($3::text is null or template_name = $3) and updated_at >= $4
order by created_at desc, channel
limit $5

-- The columns of a message that a report on it repeats, found by its id, else by the provider's reference.
-- $1 message ids; $2 providers and $3 their references, in pairs
with wanted as (
  select unnest($1::text[]) as msg_id
  union
  select m.msg_id from comms_message m
  join unnest($2::text[], $3::text[]) as named(provider, ref) on m.provider = named.provider and m.provider_ref = named.ref
)
select msg_id, tenant_id, user_id, event_id, correlation_id, cause_event, cause_ref, template_name, template_version,
       category_key as category, locale, dedupe_key, body_rendered_s3 as artifact_ref, content_hash, critical,
       nullif(split_part(rendered_stamp, '|', 2), '')::float8 as queued_at, provider, provider_ref, created_at
from comms_message join wanted using (msg_id)

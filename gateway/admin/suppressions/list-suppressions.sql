-- Entries of a tenant, the latest first, with the template of the message that caused each. Instants in ms.
-- $1 tenant, $2 since, each or null: $3 channel, $4 reason, $5 template, $6 hashes of one address; $7 whether those that bind alone;
-- $8 and $9 after this created_at (ms) and suppress_id, or null; $10 rows at most
select s.suppress_id as suppression_id, s.channel, s.address_hash, s.reason, s.origin, s.scope, s.evidence, s.msg_id,
  m.template_name as template,
  (extract(epoch from s.created_at) * 1000)::float8 as created_at,
  (extract(epoch from s.lifted_at) * 1000)::float8 as lifted_at
from comms_suppression s left join comms_message m on m.msg_id = s.msg_id and m.tenant_id = s.tenant_id
where s.tenant_id = $1 and s.created_at >= $2
  and ($3::text is null or s.channel = $3) and ($4::text is null or s.reason = $4)
  and ($5::text is null or m.template_name = $5) and ($6::text[] is null or s.address_hash = any($6))
  and (not $7::boolean or s.lifted_at is null)
  and ($8::float8 is null or (s.created_at, s.suppress_id) < (to_timestamp($8 / 1000.0), $9))
order by s.created_at desc, s.suppress_id desc
limit $10

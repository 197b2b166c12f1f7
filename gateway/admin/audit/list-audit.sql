-- The audit of a tenant, the latest first. Instants in ms.
-- $1 tenant, each or null: $2 actor, $3 action, $4 a value of the target, $5 before this seq; $6 rows at most
select audit_id, seq::float8 as seq, actor, action, target, reason, diff, hash, prev_hash,
  (extract(epoch from created_at) * 1000)::float8 as created_at
from comms_audit
where tenant_id = $1 and ($2::text is null or actor = $2) and ($3::text is null or action = $3)
  and ($4::text is null or exists (select from jsonb_each_text(target) one where one.value = $4))
  and ($5::float8 is null or seq < $5)
order by seq desc
limit $6

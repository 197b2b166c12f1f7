-- The same request of the same person, which still can be decided.
select approval_id as "approvalId", (extract(epoch from expires_at) * 1000)::float8 as "expiresAt"
from comms_approval
where tenant_id = $1 and action = $2 and input_hash = $3 and requested_by = $4 and state = 'open'
  and expires_at > to_timestamp($5 / 1000.0)
order by requested_at desc limit 1

-- Times in ms. The newest first; $2 leaves out what is decided or has expired.
select approval_id as "approvalId", tenant_id as "tenantId", action, target, input, input_hash as "inputHash", reason,
  requested_by as "requestedBy", state, decided_by as "decidedBy",
  (extract(epoch from requested_at) * 1000)::float8 as "requestedAt",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from decided_at) * 1000)::float8 as "decidedAt"
from comms_approval
where tenant_id = $1 and (not $2 or (state = 'open' and expires_at > to_timestamp($3 / 1000.0)))
order by requested_at desc, approval_id limit $4

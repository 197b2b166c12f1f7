-- Times in ms.
select approval_id as "approvalId", tenant_id as "tenantId", action, target, input, input_hash as "inputHash", reason,
  requested_by as "requestedBy", state, decided_by as "decidedBy",
  (extract(epoch from requested_at) * 1000)::float8 as "requestedAt",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from decided_at) * 1000)::float8 as "decidedAt"
from comms_approval where approval_id = $1 and tenant_id = $2 for update

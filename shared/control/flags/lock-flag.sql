-- Times in ms.
select tenant_id as "tenantId", name, value, reason, updated_by as "updatedBy", version,
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from updated_at) * 1000)::float8 as "updatedAt"
from comms_flag where tenant_id = $1 and name = $2 for update

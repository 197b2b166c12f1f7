-- Times in ms. A tenant's own, and those of all tenants.
select tenant_id as "tenantId", name, value, reason, updated_by as "updatedBy", version,
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from updated_at) * 1000)::float8 as "updatedAt"
from comms_flag where tenant_id in ($1, '*') order by name, tenant_id

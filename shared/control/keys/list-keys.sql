-- Instants in ms. The hash is left out.
select key_id as "keyId", tenant_id as "tenantId", name, scopes, role, rate_per_second as "ratePerSecond",
  created_by as "createdBy", replaced_by as "replacedBy",
  (extract(epoch from created_at) * 1000)::float8 as "createdAt",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from revoked_at) * 1000)::float8 as "revokedAt",
  (extract(epoch from last_used_at) * 1000)::float8 as "lastUsedAt"
from comms_api_key
where $1::text is null or tenant_id = $1
order by tenant_id, created_at, key_id

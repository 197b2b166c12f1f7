-- Instants in ms.
select key_id as "keyId", tenant_id as "tenantId", key_hash as hash, scopes, role, rate_per_second as "ratePerSecond",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from revoked_at) * 1000)::float8 as "revokedAt"
from comms_api_key
where key_id = $1

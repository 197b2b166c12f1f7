-- Instants in ms. $2: only if it is of this tenant; null: of any.
select tenant_id as "tenantId", name, scopes, role, rate_per_second as "ratePerSecond",
  (extract(epoch from created_at) * 1000)::float8 as "createdAt",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from revoked_at) * 1000)::float8 as "revokedAt"
from comms_api_key
where key_id = $1 and ($2::text is null or tenant_id = $2)
for update

insert into comms_api_key
  (key_id, tenant_id, name, key_hash, scopes, role, rate_per_second, created_at, created_by, expires_at)
values
  ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

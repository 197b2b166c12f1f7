insert into comms_flag (tenant_id, name, value, expires_at, reason, updated_by, updated_at, version)
values ($1, $2, $3, to_timestamp($4 / 1000.0), $5, $6, to_timestamp($7 / 1000.0), $8)
on conflict (tenant_id, name) do update set
  value = excluded.value, expires_at = excluded.expires_at, reason = excluded.reason,
  updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = excluded.version

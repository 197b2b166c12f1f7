insert into comms_approval
  (approval_id, tenant_id, action, target, input, input_hash, reason, requested_by, requested_at, expires_at)
values
  ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, to_timestamp($9 / 1000.0), to_timestamp($10 / 1000.0))

insert into comms_audit
  (audit_id, tenant_id, number, actor, action, target, reason, created_at, diff, before_hash, after_hash, prev_hash, hash)
values
  ($1, $2, $3, $4, $5, $6::jsonb, $7, to_timestamp($8 / 1000.0), $9::jsonb, $10, $11, $12, $13)

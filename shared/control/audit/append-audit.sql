insert into comms_audit
  (audit_id, tenant_id, actor, action, target, reason, created_at, diff, prev_hash, hash)
values
  ($1, $2, $3, $4, $5::jsonb, $6, $7, $8::jsonb, $9, $10)

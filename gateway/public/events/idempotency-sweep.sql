delete from comms_idempotency where (tenant_id, key) in (
  select tenant_id, key from comms_idempotency where expires_at <= $1 order by expires_at limit $2 for update skip locked
)

delete from comms_idempotency where tenant_id = $1 and key = $2 and created_at = $3 and answer_status is null

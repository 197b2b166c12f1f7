-- The answer of the request that has the key; nothing where another took it over meanwhile.
update comms_idempotency set answer_status = $4, answer = $5
where tenant_id = $1 and key = $2 and created_at = $3 and answer_status is null

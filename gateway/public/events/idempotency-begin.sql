-- Takes the key where it is free, where its time is over, and where the request that had it never came to an end.
-- $1 tenant, $2 key, $3 hash of the request, $4 now, $5 end of the key, $6 begun before this and unanswered: abandoned
with claimed as (
  insert into comms_idempotency (tenant_id, key, request_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)
  on conflict (tenant_id, key) do update set
    request_hash = excluded.request_hash, answer_status = null, answer = null,
    created_at = excluded.created_at, expires_at = excluded.expires_at
  where comms_idempotency.expires_at <= $4
    or (comms_idempotency.answer_status is null and comms_idempotency.created_at <= $6
        and comms_idempotency.request_hash = excluded.request_hash)
  returning request_hash
)
select true as claimed, request_hash, null::int as answer_status, null::jsonb as answer from claimed
union all
select false, request_hash, answer_status, answer from comms_idempotency
where tenant_id = $1 and key = $2 and not exists (select from claimed)

-- The newest item of an id replaces the one before, and takes back a lease that was on it. One that is leased is on its way
-- out: whatever comes now was written because of it, also by a clock that is behind, and would be lost with it.
insert into comms_scheduled (schedule_id, tenant_id, user_id, msg_id, kind, created_at, due_at, expires_at, target_topic, key, payload, headers)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],
                     $9::text[], $10::text[], $11::bytea[], $12::jsonb[])
on conflict (schedule_id) do update set
  created_at = excluded.created_at, due_at = excluded.due_at, expires_at = excluded.expires_at,
  target_topic = excluded.target_topic, key = excluded.key, payload = excluded.payload, headers = excluded.headers,
  lease_owner = null, lease_until = null
where comms_scheduled.created_at <= excluded.created_at or comms_scheduled.lease_owner is not null

insert into comms_digest_window (window_id, tenant_id, user_id, cadence, channel, tz, opened_at, closes_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[])
on conflict (window_id) do nothing

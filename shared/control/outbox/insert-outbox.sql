insert into comms_outbox (tenant_id, topic, key, value)
select $1, topic, key, value from unnest($2::text[], $3::text[], $4::bytea[]) with ordinality as r (topic, key, value, at)
order by at

-- Keeps records that left no trace. The same again changes nothing.
insert into comms_remainder (topic, partition, record_offset, consumer_group, record_id, tenant_id, written_at, found_at)
select topic, partition, record_offset, consumer_group, record_id, tenant_id, to_timestamp(written_at / 1000.0), now()
from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::float8[])
  as r (topic, partition, record_offset, consumer_group, record_id, tenant_id, written_at)
on conflict do nothing

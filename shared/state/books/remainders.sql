-- Missing records, $1 at most, the latest found first.
select consumer_group as "group", topic, partition, record_offset::float8 as "offset", record_id as id, tenant_id as "tenantId",
  (extract(epoch from written_at) * 1000)::float8 as "writtenAt", (extract(epoch from found_at) * 1000)::float8 as "foundAt"
from comms_remainder order by found_at desc, topic, partition, record_offset limit $1

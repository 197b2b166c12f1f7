-- Times in ms.
select seq, tenant_id as "tenantId", topic, key, value, (extract(epoch from created_at) * 1000)::float8 as "createdAt"
from comms_outbox where relayed_at is null order by seq limit $1

-- How many messages first decided since $1 have a status, by tenant and hour; $2 lines at most, the latest first.
select tenant_id as "tenantId", to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"') as hour, status,
  sum(messages)::float8 as messages
from (
  select tenant_id, hour, status, messages from comms_balance where hour >= $1
  union all
  select tenant_id, hour, status, messages from comms_balance_change where hour >= $1) as books
group by tenant_id, books.hour, status having sum(messages) <> 0
order by books.hour desc, tenant_id, status
limit $2

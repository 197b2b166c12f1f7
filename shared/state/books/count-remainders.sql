-- How many records are missing, by tenant and hour, since $1.
select tenant_id as "tenantId", to_char(date_trunc('hour', written_at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"') as hour,
  count(*)::float8 as records
from comms_remainder where written_at >= $1
group by 1, 2

-- What is missing since $1, by tenant and hour, each message once. A message that was decided on has a row: it is counted with its status
-- while that is not the end of it, in the hour of its first decision; what is missing of others keeps nothing back.
select coalesce(m.tenant_id, r.tenant_id) as "tenantId",
  to_char(date_trunc('hour', coalesce(m.created_at, r.written_at), 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"') as hour,
  m.status, count(distinct (r.record_id, case when m.msg_id is null then (r.topic, r.partition, r.record_offset) end))::float8 as records
from comms_remainder as r left join comms_message as m on m.msg_id = r.record_id
where coalesce(m.created_at, r.written_at) >= $1
  and (m.status is null or m.status in ('queued', 'scheduled', 'digested'))
group by 1, 2, 3

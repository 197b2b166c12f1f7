-- Due items that nobody has, oldest first, until their payloads come to $5 bytes; another dispatcher passes over those that
-- this one is taking. An item for a topic that this build does not know waits for a build that does. The time is $2, or that of
-- Postgres, never the caller's own: a clock that is ahead would take what another holds. $3: length of the lease, ms.
with due as (
  select schedule_id, due_at, octet_length(payload) as bytes from comms_scheduled
  where due_at <= coalesce($2, now()) and (lease_until is null or lease_until < coalesce($2, now())) and target_topic = any($6::text[])
  order by due_at limit $4
  for update skip locked
), taken as (
  select schedule_id, sum(bytes) over (order by due_at, schedule_id) - bytes as before from due
)
update comms_scheduled s set lease_owner = $1, lease_until = coalesce($2::timestamptz, now()) + $3 * interval '1 millisecond'
from taken where s.schedule_id = taken.schedule_id and taken.before < $5
returning s.schedule_id, s.target_topic, s.key, s.payload, s.headers, s.due_at

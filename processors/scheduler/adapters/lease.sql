-- Due items that nobody has, oldest first; another dispatcher passes over those that this one is taking.
with due as (
  select schedule_id from comms_scheduled
  where due_at <= $2 and (lease_until is null or lease_until < $2)
  order by due_at limit $4
  for update skip locked
)
update comms_scheduled s set lease_owner = $1, lease_until = $3
from due where s.schedule_id = due.schedule_id
returning s.schedule_id, s.target_topic, s.key, s.payload, s.headers, s.due_at

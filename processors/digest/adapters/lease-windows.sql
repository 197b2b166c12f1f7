with due as (
  select window_id from comms_digest_window
  where status = 'open' and closes_at <= $2 and (lease_until is null or lease_until < $2)
  order by closes_at limit $4
  for update skip locked
)
update comms_digest_window w set lease_owner = $1, lease_until = $3
from due where w.window_id = due.window_id
returning w.window_id, w.tenant_id, w.user_id, w.cadence, w.channel, w.tz, w.closes_at

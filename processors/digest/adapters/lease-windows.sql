-- The time is $2, or that of Postgres, never the caller's own: a clock that is ahead would take what another holds. $3: length
-- of the lease, ms.
with due as (
  select window_id from comms_digest_window
  where status = 'open' and closes_at <= coalesce($2, now()) and (lease_until is null or lease_until < coalesce($2, now()))
  order by closes_at limit $4
  for update skip locked
)
update comms_digest_window w set lease_owner = $1, lease_until = coalesce($2::timestamptz, now()) + $3 * interval '1 millisecond'
from due where w.window_id = due.window_id
returning w.window_id, w.tenant_id, w.user_id, w.cadence, w.channel, w.tz, w.closes_at

-- The newest item of an id replaces the one before, and takes back a lease that was on it. One that is leased is on its way
-- out: what comes now was written because of it, also by a clock that is behind, and would be lost with it. That of a later event
-- counts by any clock: the one before may be cancelled.
insert into comms_scheduled ({columns})
select {values}
from {rows}
on conflict (schedule_id) do update set
  {replacements},
  lease_owner = null, lease_until = null
where comms_scheduled.created_at <= excluded.created_at or comms_scheduled.lease_owner is not null
  or coalesce(comms_scheduled.received_at, '-infinity') < excluded.received_at

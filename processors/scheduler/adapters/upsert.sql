-- The newest item of an id replaces the one before, and takes back a lease that was on it. One that is leased is on its way
-- out: what comes now was written because of it, also by a clock that is behind, and would be lost with it.
insert into comms_scheduled ({columns})
select {values}
from {rows}
on conflict (schedule_id) do update set
  {replacements},
  lease_owner = null, lease_until = null
where comms_scheduled.created_at <= excluded.created_at or comms_scheduled.lease_owner is not null

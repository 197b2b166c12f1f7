insert into comms_pause ({columns})
select {values}
from {rows}
on conflict (key) do update set binds = excluded.binds, expires_at = excluded.expires_at

insert into comms_digest_window ({columns})
select {values}
from {rows}
on conflict (window_id) do nothing

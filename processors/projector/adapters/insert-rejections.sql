-- Keeps every refusal of intake once, without the original's bytes.
insert into comms_rejected ({columns})
select {values}
from {rows}
on conflict (rejected_id) do nothing

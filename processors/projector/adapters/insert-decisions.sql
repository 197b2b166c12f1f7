-- Keeps every decision once. The same record again changes nothing.
insert into comms_decision ({columns})
select {values}
from {rows}
on conflict do nothing

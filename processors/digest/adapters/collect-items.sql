-- An item is in exactly one digest: its id is taken once.
insert into comms_digest ({columns})
select {values}
from {rows}
on conflict (item_id) do nothing

-- An item is in exactly one digest: its id is taken once, and the same again changes nothing. A message that a later event tells again has
-- the id of the first. Until its digest has gone it is that of the later event, since a cancellation between the two binds only the
-- first; where it has left its window for one it comes into the window that is open now.
insert into comms_digest as d ({columns})
select {values}
from {rows}
on conflict (item_id) do update set
  {replacements},
  window_id = case when d.status = 'cancelled' then excluded.window_id else d.window_id end,
  window_closes_at = case when d.status = 'cancelled' then excluded.window_closes_at else d.window_closes_at end,
  status = 'collected', reason = null
where d.status in ('collected', 'cancelled') and excluded.received_at > coalesce(d.received_at, '-infinity')

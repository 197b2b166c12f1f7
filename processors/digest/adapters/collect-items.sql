-- An item is in exactly one digest: its id is taken once. An event that its producer told again later replaces it, so that a
-- cancellation in between binds what it was and not what it is: in the window that it waits in, or, where it has left that
-- already, in the window of the one that came. What a digest has said stays said.
insert into comms_digest ({columns})
select {values}
from {rows}
on conflict (item_id) do update set
  {replacements}, status = 'collected', reason = null,
  window_id = case comms_digest.status when 'cancelled' then excluded.window_id else comms_digest.window_id end,
  window_closes_at = case comms_digest.status when 'cancelled' then excluded.window_closes_at else comms_digest.window_closes_at end
where comms_digest.status in ('collected', 'cancelled')
  and excluded.received_at > coalesce(comms_digest.received_at, '-infinity')

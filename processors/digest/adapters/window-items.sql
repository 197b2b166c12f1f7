-- Of each window how many items it has, and the oldest of those that can be shown; what is too long is only counted.
with items as (
  select window_id, occurred_at, item_id, payload,
         jsonb_typeof(payload) = 'object' and octet_length(payload::text) <= $3 as shown
  from comms_digest
  where window_id = any($1::text[]) and status = 'collected'
), ranked as (
  select window_id, occurred_at, item_id, payload, shown,
         row_number() over (partition by window_id, shown order by occurred_at, item_id) as rank
  from items
)
select window_id, count(*)::int as count,
       coalesce(jsonb_agg(payload order by occurred_at, item_id) filter (where shown and rank <= $2), '[]') as payloads
from ranked
group by window_id

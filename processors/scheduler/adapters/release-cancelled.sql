-- Makes items of a cancelled cause due at once, and gives them the cancellation to carry: the reader's own view of it may be a
-- moment behind. Of the items in $1; $2 is how much longer than its time a cancellation binds, ms; $3 names the header.
update comms_scheduled s set
  due_at = least(s.due_at, coalesce($4, now())),
  headers = s.headers || jsonb_build_object($3::text, jsonb_build_object(
    'cancelled_at', (extract(epoch from c.cancelled_at) * 1000)::bigint, 'reason', c.reason)::text)
from comms_cancellation c
where s.schedule_id = any($1::text[])
  and c.tenant_id = s.tenant_id and c.cause_ref = s.cause_ref
  and (s.received_at is null or s.received_at <= c.cancelled_at + $2 * interval '1 millisecond')

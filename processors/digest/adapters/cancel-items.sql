-- Items whose cause was cancelled since their event came leave the windows; $2 is how much longer than its time a cancellation
-- binds, ms.
update comms_digest d set status = 'cancelled', reason = 'COMMS_CANCELLED'
from comms_cancellation c
where d.window_id = any($1::text[]) and d.status = 'collected'
  and c.tenant_id = d.tenant_id and c.cause_ref = d.cause_ref
  and (d.received_at is null or d.received_at <= c.cancelled_at + $2 * interval '1 millisecond')

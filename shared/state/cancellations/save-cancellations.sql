-- The later cancellation of a cause binds more, whichever is read last.
insert into comms_cancellation ({columns})
select {values}
from {rows}
on conflict (tenant_id, cause_ref) do update set cancelled_at = excluded.cancelled_at, reason = excluded.reason
where comms_cancellation.cancelled_at < excluded.cancelled_at

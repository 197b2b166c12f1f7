-- What no message can wait for any more.
delete from comms_cancellation where (tenant_id, cause_ref) in (
  select tenant_id, cause_ref from comms_cancellation where cancelled_at < $1 order by cancelled_at limit 500
)

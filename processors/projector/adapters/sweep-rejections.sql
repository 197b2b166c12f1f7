-- One batch of refusals that were recorded before $1; $2 rows at most.
delete from comms_rejected where rejected_id in (
  select rejected_id from comms_rejected where recorded_at < $1 order by recorded_at limit $2 for update skip locked
)

-- One batch of messages that were created before $1 and wait for nothing; $2 rows at most.
delete from comms_message where msg_id in (
  select msg_id from comms_message
  where created_at < $1 and (due_at is null or due_at < $1)
  order by created_at limit $2 for update skip locked
)

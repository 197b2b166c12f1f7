-- One batch of messages that were created before $1 and wait for nothing; $2 rows at most. As an array, so that the rows are
-- found by their key: joined, the whole table would be read for each batch.
delete from comms_message where msg_id = any (array(
  select msg_id from comms_message
  where created_at < $1 and (due_at is null or due_at < $1)
  order by created_at limit $2 for update skip locked
))

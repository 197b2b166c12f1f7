-- One batch of notes that have expired before $1, or were created before $2 and are not pinned; $3 rows at most.
delete from inapp_notification where inapp_id in (
  select inapp_id from inapp_notification
  where expires_at < $1 or (created_at < $2 and not pinned)
  limit $3 for update skip locked
)

-- Makes at most $2 items due whose pause was lifted or has ended, of the bulk lane or the express lane as $1 says. The time is $3, or
-- that of Postgres. An item that another process holds is left to it.
update comms_scheduled set due_at = coalesce($3::timestamptz, now()) where schedule_id in (
  select s.schedule_id from comms_pause p
  join comms_scheduled s on s.pause_key = p.key
  where (not p.binds or p.expires_at <= coalesce($3::timestamptz, now()))
    and (s.target_topic like '%.bulk') = $1 and s.due_at > coalesce($3::timestamptz, now())
  limit $2
  for update of s skip locked
)

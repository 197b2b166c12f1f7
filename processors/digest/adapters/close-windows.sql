with closed as (
  update comms_digest_window set status = 'closed', closed_at = $2, lease_owner = null, lease_until = null
  where window_id = any($1::text[]) and lease_owner = $3
  returning window_id
)
update comms_digest set status = 'digested' where window_id in (select window_id from closed) and status = 'collected'

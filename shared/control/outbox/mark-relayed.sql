-- Only by who still has the lease: of another's rows nobody knows whether a later record of their key went before them.
update comms_outbox set relayed_at = clock_timestamp()
where seq = any($1::bigint[])
  and exists (select from comms_lease where name = $2 and owner = $3 and lease_until > clock_timestamp())

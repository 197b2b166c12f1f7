-- The last record of each of these keys goes once more, behind whatever a relay without a lease may have written.
update comms_outbox set relayed_at = null
where seq in (
  select max(seq) from comms_outbox
  where (topic, key) in (select topic, key from comms_outbox where seq = any($1::bigint[]))
  group by topic, key)

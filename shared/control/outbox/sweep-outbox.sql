delete from comms_outbox where seq in (
  select seq from comms_outbox where relayed_at < clock_timestamp() - make_interval(secs => $1 / 1000.0) order by relayed_at limit $2)

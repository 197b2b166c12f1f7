-- One writer a chain at a time: two must not take the same hash for the last.
select pg_advisory_xact_lock(hashtext('comms_audit/' || $1))

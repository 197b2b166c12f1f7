-- Two bootstraps at once must not both find that there is no key.
select pg_advisory_xact_lock(hashtext('comms_api_key'))

-- The lease of a name, taken or renewed by one owner: a row if the owner has it.
insert into comms_lease (name, owner, lease_until) values ($1, $2, clock_timestamp() + make_interval(secs => $3 / 1000.0))
on conflict (name) do update set owner = excluded.owner, lease_until = excluded.lease_until
where comms_lease.owner = excluded.owner or comms_lease.lease_until < clock_timestamp()
returning owner

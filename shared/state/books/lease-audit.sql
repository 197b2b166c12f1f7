-- Takes or keeps the lease on the audit for owner $1, $2 ms long; a row where that went well.
insert into comms_audit_lease as l (lease, owner, until)
values ('audit', $1, now() + $2 * interval '1 ms')
on conflict (lease) do update set owner = excluded.owner, until = excluded.until
where l.owner = excluded.owner or l.until < now()
returning owner

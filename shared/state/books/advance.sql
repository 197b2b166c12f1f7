-- Says up to where partitions have been looked through. It never goes back.
insert into comms_audited as a (topic, partition, floor)
select topic, partition, floor from unnest($1::text[], $2::int[], $3::bigint[]) as r (topic, partition, floor)
on conflict (topic, partition) do update set floor = excluded.floor where a.floor < excluded.floor

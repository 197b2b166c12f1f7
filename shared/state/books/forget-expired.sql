-- Removes missing records that their topic no longer holds: nobody can handle them any more.
delete from comms_remainder as r
using unnest($1::text[], $2::int[], $3::bigint[]) as l (topic, partition, low)
where r.topic = l.topic and r.partition = l.partition and r.record_offset < l.low

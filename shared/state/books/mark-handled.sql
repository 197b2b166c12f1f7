-- Marks records as handled. The same again changes nothing. In the order of the chunks' keys.
insert into comms_handled as h (topic, partition, chunk, seen)
select topic, partition, chunk, ('x' || bits)::bit(1024)
from unnest($1::text[], $2::int[], $3::bigint[], $4::text[]) as r (topic, partition, chunk, bits)
on conflict (topic, partition, chunk) do update set seen = h.seen | excluded.seen
where h.seen | excluded.seen <> h.seen
